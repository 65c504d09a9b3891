import sharp from 'sharp'
import { readJpeg } from '../containers/jpeg.ts'
import { maxScans, operationTimeoutSeconds } from '../decoder.ts'
import { findings, type Findings, type ImageDetector } from '../detector.ts'
import type { Pixels } from '../image.ts'
import type { Luma } from '../luma.ts'
import { matchThumbnail, type ThumbnailMatch } from '../thumbnailMatch.ts'
import type { Evidence, Json, Signal } from '../types.ts'
import { contextSignal } from './signal.ts'

/** Cameras make them of 160 × 120 pixels, some phones of up to 512; anything much larger is no thumbnail. */
const maxThumbnailPixels = 2_000_000
/** The same wherever it is decoded: what was good enough to be compared is good enough to be shown. */
const thumbnailInput = { limitInputPixels: maxThumbnailPixels, failOn: 'error' } as const
/** What the picture is reduced to before it is compared. */
const reducedSide = 320

/**
 * A camera's own small copy of the picture, compared with the picture. An editor that changes the picture and leaves its
 * thumbnail gives away what was there before. A crop does so too and is no offence, so it is told apart and moves nothing.
 */
export const thumbnail: ImageDetector = {
  id: 'thumbnail',
  kind: 'image',
  mediaTypes: ['image/jpeg'],
  needsPixels: true,
  async detect({ metadata, pixels, damaged }) {
    // Of a damaged picture it is known already that it does not look as it did.
    if (metadata.thumbnail === undefined || pixels === undefined || damaged) return findings()
    const small = await decodeThumbnail(metadata.thumbnail)
    if (small === undefined) {
      const reason = 'The camera’s small copy of the picture is damaged and could not be compared with it.'
      return findings({ notChecked: [{ code: 'thumbnail_unreadable', reason }] })
    }
    const match = matchThumbnail(small, await reduced(pixels))
    return match === undefined ? findings() : findingsOf(match, small, () => sideBySide(metadata.thumbnail!, pixels))
  }
}

async function findingsOf(match: ThumbnailMatch, small: Luma, evidence: () => Promise<Evidence>): Promise<Findings> {
  const measured: { [key: string]: Json } = {
    correlation: Math.round(match.correlation * 1000) / 1000,
    turnedBy: match.turnedBy,
    thumbnail: [small.width, small.height]
  }
  if (match.relation === 'same') {
    const meaning = 'The camera’s small copy inside of the file shows the same as the picture.'
    return findings({ signals: [contextSignal({ detector: 'thumbnail', code: 'thumbnail_agrees', meaning, measured })] })
  }
  const shown = { detector: 'thumbnail', evidence: ['thumbnail.png'] }
  const signal: Signal =
    match.relation === 'part'
      ? contextSignal({
          ...shown,
          code: 'thumbnail_shows_more',
          meaning: 'The camera’s small copy inside of the file shows more than the picture: the picture was cropped after it was taken.',
          measured: { ...measured, shareOfWidth: Math.round(match.scale * 100) / 100 }
        })
      : {
          ...shown,
          code: 'thumbnail_differs',
          supports: 'manipulated',
          log10LikelihoodRatio: 1,
          log10Nfa: null,
          meaning: 'The camera’s small copy inside of the file shows something else than the picture: the picture was changed afterwards, and the copy was left as it was.',
          measured
        }
  return findings({ signals: [signal], evidence: [await evidence()] })
}

async function decodeThumbnail(jpeg: Uint8Array): Promise<Luma | undefined> {
  // EXIF knows JPEG only; whatever else stands there is none of a camera's, and no decoder's business.
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || readJpeg(jpeg).scans > maxScans) return undefined
  try {
    const { data, info } = await sharp(jpeg, thumbnailInput)
      .timeout({ seconds: operationTimeoutSeconds })
      .toColourspace('b-w')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { data, width: info.width, height: info.height }
  } catch {
    // A thumbnail is a file of its own inside of the file; that it is broken says nothing of the picture.
    return undefined
  }
}

async function reduced({ data, width, height }: Pixels): Promise<Luma> {
  const small = await sharp(data, { raw: { width, height, channels: 3 } })
    .timeout({ seconds: operationTimeoutSeconds })
    .resize({ width: reducedSide, height: reducedSide, fit: 'inside', withoutEnlargement: true })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data: small.data, width: small.info.width, height: small.info.height }
}

const panelSide = 480
const gap = 8

async function sideBySide(jpeg: Uint8Array, { data, width, height }: Pixels): Promise<Evidence> {
  const fit = { width: panelSide, height: panelSide, fit: 'contain', background: '#808080' } as const
  const left = await sharp(jpeg, thumbnailInput).timeout({ seconds: operationTimeoutSeconds }).resize(fit).removeAlpha().png().toBuffer()
  const right = await sharp(data, { raw: { width, height, channels: 3 } }).resize(fit).png().toBuffer()
  const bytes = await sharp({ create: { width: 2 * panelSide + gap, height: panelSide, channels: 3, background: '#808080' } })
    .composite([
      { input: left, left: 0, top: 0 },
      { input: right, left: panelSide + gap, top: 0 }
    ])
    .png()
    .toBuffer()
  return {
    name: 'thumbnail.png',
    mediaType: 'image/png',
    layer: 'beside',
    caption: 'Left: the small copy that the camera put into the file, enlarged. Right: the picture as it is now. Where they show different things, the picture was changed after the copy was made.',
    bytes
  }
}
