import type { ImageMediaType } from '../../../../src/engine/mediaTypes.ts'
import type { Random } from '../random.ts'
import type { Seed } from '../seeds.ts'

/** A file that is built to do harm, where mutation would hardly come upon it. */
export interface Trap {
  name: string
  mediaType: ImageMediaType
  build(random: Random, seed: (name: string) => Seed): Buffer | Promise<Buffer>
  /** Takes seconds or hundreds of megabytes where it is accepted: comes up less often, in long runs. */
  heavy?: boolean
  /** No picture: sniffing must refuse it, and no decoder may read it whatever it is said to be. */
  refused?: boolean
}
