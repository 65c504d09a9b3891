import { gifTraps, webpTraps } from './animations.ts'
import { polyglotTraps, refusedTraps, signatureTraps } from './disguises.ts'
import { heifTraps } from './heifs.ts'
import { jpegTraps } from './jpegs.ts'
import { pngTraps } from './pngs.ts'
import { tiffTraps } from './tiffs.ts'
import type { Trap } from './trap.ts'

export const traps: readonly Trap[] = [
  ...jpegTraps,
  ...pngTraps,
  ...webpTraps,
  ...gifTraps,
  ...tiffTraps,
  ...heifTraps,
  ...polyglotTraps,
  ...refusedTraps,
  ...signatureTraps
]
