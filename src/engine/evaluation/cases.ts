import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { readMetadata } from '../metadata.ts'
import { readJpeg } from '../containers/jpeg.ts'
import type { Orientation, Pixels } from '../image.ts'
import { sniffMediaType } from '../mediaTypes.ts'
import { upright } from '../orientation.ts'
import { copyMove, inpainting, localBlur, splice, type Forgery, type Ingredients } from './forgeries.ts'
import type { LabelledFile } from './labels.ts'
import { randomFor, type Random } from './random.ts'
import type { Mask } from './region.ts'
import { compressed, maskResized, pixelsOf, resized, save, withExifOf, type Quality } from './saves.ts'

/** What a case belongs to, and with it what is asked of the engine. */
export const sets = ['photographs', 'honest edits', 'forgeries', 'AI pictures', 'labelled as manipulated', 'Content Credentials'] as const
export type CaseSet = (typeof sets)[number]

/** One file to be analysed, made when its turn comes: always the same bytes. */
export interface Case {
  /** Stable: results are kept under it. */
  id: string
  set: CaseSet
  source: string
  /** What was done: `splice`, `saved again`, `as it is`; for Content Credentials what is expected. */
  what: string
  /** How it was saved: `PNG`, `JPEG 90`; empty for a file as it came. */
  saved: string
  make(): Promise<CaseFile>
}

export interface CaseFile {
  bytes: Uint8Array
  mediaType: string
  /** Of a forgery: where it is one, as displayed. */
  mask?: Mask
}

/** The cases of a labelled folder. `each` photographs are taken for each kind of forgery and save. */
export async function casesOf(folder: string, files: readonly LabelledFile[], each: number): Promise<Case[]> {
  const photographs = files.filter(({ label }) => label === 'camera')
  return [
    ...files.map((file) => asItIs(folder, file)),
    ...photographs.flatMap((file) => honestEdits(folder, file)),
    ...files.filter(({ label }) => label === 'ai').flatMap((file) => stripped(folder, file)),
    ...forgeries(folder, photographs, each),
    ...(await oldThumbnails(folder, photographs))
  ]
}

function asItIs(folder: string, { path, label, source }: LabelledFile): Case {
  const set = label === 'camera' ? 'photographs' : label === 'ai' ? 'AI pictures' : label.startsWith('c2pa:') ? 'Content Credentials' : 'labelled as manipulated'
  const what = set === 'Content Credentials' ? label.slice('c2pa:'.length) : 'as it is'
  return { id: path, set, source, what, saved: '', make: () => read(join(folder, path)) }
}

async function read(path: string): Promise<CaseFile> {
  const bytes = new Uint8Array(await readFile(path))
  const sniffed = await sniffMediaType(bytes)
  return { bytes, mediaType: sniffed?.mediaType ?? 'application/octet-stream' }
}

/** What everybody does to photographs, and what must not raise an alarm. */
const honest: { readonly [what: string]: (pixels: Pixels) => Promise<CaseFile> } = {
  'saved again': (pixels) => save(pixels, 85),
  'saved twice': async (pixels) => save(await compressed(pixels, 75), 92),
  'made smaller': async (pixels) => save(await resized(pixels, 0.5), 82),
  cropped: async (pixels) => save(await cropped(pixels), 92),
  brightened: async (pixels) => save(brightened(pixels), 90)
}

function honestEdits(folder: string, { path, source }: LabelledFile): Case[] {
  return Object.entries(honest).map(([what, edit]) => ({
    id: `${path}|${what}`,
    set: 'honest edits',
    source,
    what,
    saved: '',
    make: async () => edit(await pixelsOf(join(folder, path)))
  }))
}

/** A tenth off on two sides, by numbers that are no multiples of 8. */
async function cropped({ data, width, height }: Pixels): Promise<Pixels> {
  const [left, top] = [Math.floor(width / 80) * 8 + 3, Math.floor(height / 80) * 8 + 5]
  const part = { left, top, width: width - left, height: height - top }
  const pixels = await sharp(data, { raw: { width, height, channels: 3 } }).extract(part).raw().toBuffer()
  return { data: pixels, width: part.width, height: part.height }
}

function brightened({ data, width, height }: Pixels): Pixels {
  return { data: data.map((value) => Math.min(255, Math.round(255 * (value / 255) ** 0.8))), width, height }
}

/** AI pictures as they are passed on: their metadata gone. */
function stripped(folder: string, { path, source }: LabelledFile): Case[] {
  return ([undefined, 90] as const).map((quality) => ({
    id: `${path}|stripped|${nameOf(quality)}`,
    set: 'AI pictures',
    source,
    what: 'metadata stripped',
    saved: nameOf(quality),
    make: async () => save(await pixelsOf(join(folder, path)), quality)
  }))
}

const forgers: { readonly [what: string]: (ingredients: Ingredients) => Forgery | Promise<Forgery> } = {
  splice,
  'copy-move': copyMove,
  'in-painting': inpainting,
  'local blur': localBlur
}

const saves: readonly Quality[] = [undefined, 95, 90, 80]
/** What a forgery was made smaller by after it was made. */
const factors = [1, 0.7]
/** Of the photograph's first save; the last one is 10 to 30 above. */
const firstQualities = [60, 65, 70, 75, 80, 85]

function forgeries(folder: string, photographs: readonly LabelledFile[], each: number): Case[] {
  const cases: Case[] = []
  for (const [what, forge] of Object.entries(forgers)) {
    for (const factor of factors) {
      for (const quality of saves) {
        const kind = factor === 1 ? what : `${what}, made smaller`
        for (const at of chosen(photographs, each, `${kind}|${nameOf(quality)}`)) {
          cases.push(forgery(folder, photographs, at, kind, nameOf(quality), async (ingredients) => {
            const { pixels, mask } = await forge(ingredients)
            const small = factor === 1 ? pixels : await resized(pixels, factor)
            return { ...(await save(small, quality)), mask: factor === 1 ? mask : maskResized(mask, small.width, small.height) }
          }))
        }
      }
    }
  }
  for (const first of firstQualities) {
    const kind = `splice into a JPEG of quality ${first}, saved better`
    for (const at of chosen(photographs, each, kind)) {
      cases.push(forgery(folder, photographs, at, kind, `JPEG ${first + 10} to 95`, async ({ photograph, donor, random }) => {
        const { pixels, mask } = splice({ photograph: await compressed(photograph, first), donor, random })
        return { ...(await save(pixels, random.whole(first + 10, 96))), mask }
      }))
    }
  }
  return cases
}

type Maker = (ingredients: Ingredients) => Promise<CaseFile>

function forgery(folder: string, photographs: readonly LabelledFile[], at: number, what: string, saved: string, make: Maker): Case {
  const { path, source } = photographs[at]!
  const id = `${path}|${what}|${saved}`
  return {
    id,
    set: 'forgeries',
    source,
    what,
    saved,
    make: async () => {
      const random = randomFor(id)
      return make({ photograph: await pixelsOf(join(folder, path)), donor: await donorFor(folder, photographs, at, random), random })
    }
  }
}

/** Another photograph that can be decoded; for a folder of one, itself. */
async function donorFor(folder: string, photographs: readonly LabelledFile[], at: number, random: Random): Promise<Pixels> {
  const first = random.whole(0, photographs.length)
  for (let step = 0; step < photographs.length; step++) {
    const other = (first + step) % photographs.length
    const pixels = other === at ? undefined : await pixelsOf(join(folder, photographs[other]!.path)).catch(() => undefined)
    if (pixels !== undefined) return pixels
  }
  return pixelsOf(join(folder, photographs[at]!.path))
}

/** Photographs with a part from elsewhere, and with the small copy that their camera made of them before. */
async function oldThumbnails(folder: string, photographs: readonly LabelledFile[]): Promise<Case[]> {
  const cases: Case[] = []
  for (const [at, { path }] of photographs.entries()) {
    const original = await readFile(join(folder, path))
    if (!(await hasThumbnail(original))) continue
    const [what, saved] = ['splice with the old thumbnail', 'JPEG 90']
    cases.push(forgery(folder, photographs, at, what, saved, async (ingredients) => {
      const { pixels, mask } = splice(ingredients)
      const { bytes, mediaType } = await save(pixels, 90)
      const { orientation = 1 } = await sharp(original).metadata()
      const shown = upright({ ...mask, channels: 1 }, orientation as Orientation)
      return { bytes: withExifOf(original, bytes), mediaType, mask: shown }
    }))
  }
  return cases
}

async function hasThumbnail(jpeg: Buffer): Promise<boolean> {
  const header = await sharp(jpeg).metadata().catch(() => undefined)
  return header !== undefined && readMetadata(jpeg, 'image/jpeg', header, readJpeg(jpeg)).thumbnail !== undefined
}

/** Which photographs a kind of forgery is made from: the same in every run, others for another kind. */
function chosen(photographs: readonly LabelledFile[], each: number, kind: string): number[] {
  const random = randomFor(kind)
  const drawn = photographs.map((_, index) => ({ index, lot: random.next() })).sort((a, b) => a.lot - b.lot)
  return drawn.slice(0, each).map(({ index }) => index)
}

const nameOf = (quality: Quality) => (quality === undefined ? 'PNG' : `JPEG ${quality}`)
