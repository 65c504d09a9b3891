import type { DecodedImage } from './image.ts'
import type { ImageMediaType } from './mediaTypes.ts'
import type { Evidence, NotChecked, Signal } from './types.ts'
import type { DecodedVideo } from './video/video.ts'

/** What one detector has to say of one medium. */
export interface Findings {
  signals: Signal[]
  evidence: Evidence[]
  notChecked: NotChecked[]
}

/** The certificates of those whose signatures under Content Credentials are believed. */
export interface TrustList {
  /** X.509 certificates, PEM, one after another. */
  anchors: string
  /** Changes with the anchors: results of another list are no answer for a new upload. */
  version: string
}

/** What a detector may know beside the medium. The same context and the same medium give the same findings. */
export interface DetectorContext {
  /** Undefined where none is configured. */
  trustList: TrustList | undefined
}

/** What is known where nothing is configured. */
export const nothingKnown: DetectorContext = { trustList: undefined }

/**
 * Looks at a picture for one kind of trace. `detect` is a pure function of the medium and the context: no network, no files, no state
 * from one medium to the next. It reads what a stranger wrote, so every loop in it has a bound. What it throws fails
 * the file; a structure that it can't make sense of is a finding or a `notChecked`, not an exception.
 */
export interface ImageDetector {
  /** Stable, lower_snake_case; the `detector` of its signals. */
  id: string
  /** Of a detector that `engineVersion` does not cover: changes whenever the same file may be answered otherwise. */
  version?: string
  kind: 'image'
  /** Left out: all that the engine takes. */
  mediaTypes?: readonly ImageMediaType[]
  /** Said of pictures of other media types, where the reader would miss something. */
  otherMediaTypes?: NotChecked
  /** Whether it looks at pixels: left out with a `notChecked` where no decoder is at hand. */
  needsPixels: boolean
  /**
   * Whether what it measures in the pixels outlives the coding of a video: then it looks at sampled frames as well. Most don't: video
   * is coded in blocks that are moved and mended from frame to frame, over which neither grid, nor noise, nor history of a still holds.
   */
  holdsForVideoFrames?: boolean
  detect(image: DecodedImage, context: DetectorContext): Promise<Findings>
}

/** Looks at a video for one kind of trace, under the same rules. */
export interface VideoDetector {
  /** May be that of an image detector which looks for the same in pictures. */
  id: string
  /** As of an image detector. */
  version?: string
  kind: 'video'
  detect(video: DecodedVideo, context: DetectorContext): Promise<Findings>
}

/** Told apart by `kind`. */
export type Detector = ImageDetector | VideoDetector

/** Findings with nothing in what is left out. */
export function findings(found: Partial<Findings> = {}): Findings {
  return { signals: [], evidence: [], notChecked: [], ...found }
}
