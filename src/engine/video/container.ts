import type { VideoMediaType } from '../mediaTypes.ts'
import type { TextEntry } from '../metadata.ts'
import { readIsoBaseMedia } from './isoBaseMedia.ts'
import { readMatroska } from './matroska.ts'

/** When something was made and last changed, as it says itself: seconds since 1970, undefined where it does not say. */
export interface Dates {
  /** `movie`, `video track`, `sound track`, `file`. */
  of: string
  created: number | undefined
  modified: number | undefined
}

/** One line of an edit list: which part of what is stored is shown. */
export interface Edit {
  /** How long it is shown, in seconds. */
  seconds: number
  /** From where in the track, in seconds; null for an empty time before the track begins. */
  from: number | null
  /** 1 for normal speed. */
  rate: number
}

export interface ContainerTrack {
  kind: 'video' | 'sound' | 'other'
  /** What is stored, in seconds; an edit list may show less. */
  storedSeconds: number
  edits: Edit[]
  /** How many descriptions of its coding it has: a recording has one, a film that was put together may have several. */
  descriptions: number
}

/** What stands around the coded pictures and sound. Every word of it was chosen by whoever wrote the file. */
export interface Container {
  /** Of an ISO base media file the major brand, then those it is compatible with; of a Matroska file nothing. */
  brands: string[]
  /** What names the programs that wrote the file: `{ keyword: 'handler', text: 'Core Media Video' }`. */
  writers: TextEntry[]
  dates: Dates[]
  /** None for Matroska, which has no edit lists. */
  tracks: ContainerTrack[]
  /** Whether the index stands before the media, as in files made for the web; cameras write it last. Undefined for Matroska. */
  indexFirst: boolean | undefined
  /** Whether the film comes in fragments, as from streaming. */
  fragmented: boolean
  xmp: Uint8Array | undefined
}

/**
 * Reads what the file says of itself, without looking at its pictures.
 *
 * @throws {EngineError} `undecodable_file` for tables that are larger than any film's
 */
export function readContainer(bytes: Uint8Array, mediaType: VideoMediaType): Container {
  return mediaType === 'video/webm' || mediaType === 'video/matroska' ? readMatroska(bytes) : readIsoBaseMedia(bytes)
}
