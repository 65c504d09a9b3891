import { buffer } from 'node:stream/consumers'
import sharp, { type Sharp } from 'sharp'
import type { Analysis } from '../analyses/moves.ts'
import type { AnalysisResource } from '../analyses/resource.ts'
import type { StoredEvidence } from '../platform/schema.ts'
import { ObjectMissing, type Storage } from '../platform/storage/storage.ts'

/** A picture as it goes into the PDF: JPEG, upright, without metadata. */
export interface ReportPicture {
  name: string
  bytes: Uint8Array
  width: number
  height: number
}

/** What a report shows of the picture itself. */
export const previewName = 'preview.webp'

const maxPictures = 12
/** Sharp enough in print at half of a page's width; the whole report stays below a few megabytes. */
const maxSide = 1_000
const jpeg = { quality: 82, chromaSubsampling: '4:4:4' }
/** Behind a mask when there is no preview to lay it over, and behind what is transparent. */
const ground = '#e6e8ec'
/** Evidence is ours and smaller; nothing larger is decoded for a report. */
const limitInputPixels = 20_000_000

/** Which evidence pictures a report shows: those of the strongest signals first. */
export function reportedPictures({ signals, evidence }: Pick<AnalysisResource, 'signals' | 'evidence'>) {
  const order = signals.toSorted((a, b) => Math.abs(b.log10LikelihoodRatio) - Math.abs(a.log10LikelihoodRatio)).flatMap(({ evidence }) => evidence)
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  const pictures = evidence.toSorted((a, b) => rank(a.name) - rank(b.name)).slice(0, maxPictures)
  return { pictures, omitted: evidence.length - pictures.length }
}

/** Reads the pictures of a report from the storage: a mask is laid over the preview. What is no longer there is left out. */
export async function drawPictures(storage: Storage, row: Analysis, names: readonly string[], signal: AbortSignal): Promise<ReportPicture[]> {
  const preview = await read(row.evidence.find(({ name }) => name === previewName))
  const drawn = [preview && (await asJpeg(previewName, sharp(preview, { limitInputPixels })))]
  for (const name of names) {
    const evidence = row.evidence.find((one) => one.name === name)
    const bytes = await read(evidence)
    if (bytes === undefined) continue
    const picture = sharp(bytes, { limitInputPixels })
    drawn.push(await asJpeg(name, evidence?.layer === 'mask' && preview !== undefined ? await over(preview, picture) : picture))
  }
  return drawn.filter((picture) => picture !== undefined)

  async function read(evidence: StoredEvidence | undefined): Promise<Buffer | undefined> {
    if (evidence === undefined) return undefined
    try {
      return await buffer(await storage.get(evidence.key, { signal }))
    } catch (error) {
      if (error instanceof ObjectMissing) return undefined
      throw error
    }
  }
}

/** The mask marks the preview's own parts, whatever the sizes of both. */
async function over(preview: Buffer, mask: Sharp): Promise<Sharp> {
  const below = await sharp(preview, { limitInputPixels }).resize(maxSide, maxSide, { fit: 'inside' }).removeAlpha().png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true })
  const { width, height } = below.info
  const marks = await mask.resize(width, height, { fit: 'fill', kernel: 'nearest' }).png({ compressionLevel: 1 }).toBuffer()
  return sharp(below.data).composite([{ input: marks }])
}

async function asJpeg(name: string, picture: Sharp): Promise<ReportPicture> {
  const { data, info } = await picture
    .flatten({ background: ground })
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .jpeg(jpeg)
    .toBuffer({ resolveWithObject: true })
  return { name, bytes: data, width: info.width, height: info.height }
}
