import { sentence, type Sentence } from '../language/sentence.ts'

/**
 * The words that detectors, the verdict and everyone who shows a result share.
 *
 * A detector measures and reports *signals*; only `verdict.ts` draws a conclusion from them.
 */

/** What may be said of a medium. `inconclusive` is an honest answer, not an error. */
export const verdicts = ['ai_generated', 'manipulated', 'authentic', 'inconclusive'] as const
export type Verdict = (typeof verdicts)[number]

export const mediaKinds = ['image', 'video'] as const
export type MediaKind = (typeof mediaKinds)[number]

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** One thing that a detector saw. */
export interface Signal {
  /** The detector's id, e.g. `metadata`. */
  detector: string
  /** What was found, stable across versions, e.g. `generator_trace`. */
  code: string
  /** What this signal speaks for, or `null` for context that moves no verdict. */
  supports: Exclude<Verdict, 'inconclusive'> | null
  /**
   * Strength as log10 of the likelihood ratio P(signal | what it supports) / P(signal | an ordinary photograph).
   * 0 for context. Calibrated on real photographs where the detector's docstring says so.
   */
  log10LikelihoodRatio: number
  /**
   * log10 of the number of false alarms (NFA, Desolneux, Moisan & Morel 2000): how many signals of this detector, as strong or
   * stronger, are to be expected in one ordinary photograph. Stated by measurements that speak for `manipulated`, which
   * `verdict.ts` bounds over all detectors together; null for everything else.
   */
  log10Nfa: number | null
  /** One sentence that a journalist can read. It may quote the file; it is shown as text only. */
  meaning: Sentence
  /** The measured values behind the sentence. */
  measured: { [key: string]: Json }
  /** Names of the evidence pictures that show it. */
  evidence: string[]
}

/** A picture made by a detector, to be looked at beside or over the original. */
export interface Evidence {
  /** Safe as a path segment, with its ending: `error-level.png`. */
  name: string
  mediaType: 'image/png' | 'image/jpeg' | 'image/webp'
  /** What bright or marked areas mean, and what they do not mean. */
  caption: Sentence
  /**
   * How it is to be looked at: a `mask` is transparent but for the parts of the original that it marks, a `map` is grey and has the
   * original's frame, both as displayed; a picture `beside` it has a frame of its own. A `preview` is the original itself, smaller; no
   * signal names it.
   */
  layer: 'mask' | 'map' | 'beside' | 'preview'
  bytes: Uint8Array
}

/** Something that would have helped, and why it could not be looked at. */
export interface NotChecked {
  /** Stable, e.g. `no_metadata`, `not_a_jpeg`. */
  code: string
  /** One sentence. */
  reason: Sentence
}

/** What the engine says of one file. */
export interface Report {
  engineVersion: string
  verdict: Verdict
  /** How sure the verdict is, strictly between 0 and 1; for `inconclusive` the probability that nothing is wrong is unknown and this is null. */
  score: number | null
  /** The verdict in one or two sentences, with what it rests on. */
  summary: Sentence
  signals: Signal[]
  notChecked: NotChecked[]
  /** Facts about the medium: format, width, height (pixels, as displayed); of a video also its time and its sound. */
  media: MediaFacts
  /** What the time went to, in milliseconds: `decode`, `previews`, and each detector by its id. */
  durationsMs: { [step: string]: number }
  /** When each of these steps began, in milliseconds since the epoch. */
  beganAt: { [step: string]: number }
  evidence: Evidence[]
}

export interface MediaFacts {
  mediaType: string
  width: number
  height: number
  /** Of a video, as all that follows. */
  durationSeconds?: number
  /** Frames a second on average; null where there are too few to tell. */
  frameRate?: number | null
  /** Its short name, e.g. `avc`. */
  videoCodec?: string
  audioTracks?: AudioTrack[]
}

/** What is known of a sound track without listening to it. */
export interface AudioTrack {
  /** Its short name, e.g. `aac`. */
  codec: string
  channels: number
  /** Samples a second. */
  sampleRate: number
  durationSeconds: number | null
  /** ISO 639-2, `und` where it is not said. */
  language: string
  name: string | null
}

/** Why a file could not be analysed. `retry` is decided by the ledger, from the code. */
export const engineFailures = [
  'undecodable_file',
  'too_many_pixels',
  'analysis_timed_out',
  'analysis_out_of_memory',
  'engine_crashed'
] as const
export type EngineFailure = (typeof engineFailures)[number]

export class EngineError extends Error {
  readonly code: EngineFailure
  readonly reason: Sentence
  /** @param reason without its full stop; the message is its text as it stands, since threads do not load what renders it */
  constructor(code: EngineFailure, reason: Sentence, options?: ErrorOptions) {
    super(reason.text, options)
    this.name = 'EngineError'
    this.code = code
    this.reason = reason
  }
}

/** Whether an error says that memory ran out: of a thread's heap, or of the process outside of it. */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || code === 'ERR_MEMORY_ALLOCATION_FAILED') return true
  return error.message.includes('Array buffer allocation failed')
}

/** What is said of a file whose analysis ran out of memory. */
export const outOfMemory = (cause: unknown) =>
  new EngineError('analysis_out_of_memory', sentence('The analysis needed more memory than one file may take'), { cause })

/** What the death of a thread or an exception in it says of its file. */
export function failureOf(error: unknown): EngineError {
  if (error instanceof EngineError) return error
  if (isOutOfMemory(error)) return outOfMemory(error)
  return new EngineError('engine_crashed', sentence('The analysis broke off: {error}', { error: error instanceof Error ? error.message : String(error) }), { cause: error })
}
