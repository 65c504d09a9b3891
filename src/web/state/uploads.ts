import { computed, signal } from '@preact/signals'
import { texts } from '../language/texts.ts'
import { announce } from './announcements.ts'
import { hasEnded, type FileSummary } from './files.ts'
import { forgetLocally } from './localPictures.ts'

/**
 * The files that were sent from here, and what has become of them, for as long as the app is open: they go on while
 * somebody looks at other pages. `sending.ts` brings them to the service; what it has taken is followed by `takenFiles.ts`.
 */

export type Stage =
  | { name: 'waiting' }
  | { name: 'sending'; sentBytes: number }
  /** All of it has left, or the service fetches it: there is no answer yet. */
  | { name: 'storing' }
  /** @property againAt when it is sent again by itself, in ms of the epoch */
  | { name: 'failed'; reason: string; canRetry: boolean; againAt: number | undefined }
  | { name: 'taken'; analysis: FileSummary; batchId: string | null }

export interface Upload {
  readonly key: string
  readonly name: string
  readonly source: File | { address: string }
  readonly stage: Stage
}

/** In the order of the page: the files that came last first. */
export const uploads = signal<readonly Upload[]>([])

/** Taken back after their bytes had left: deleted as soon as the service says what they have become. */
export const unwanted = signal<ReadonlySet<string>>(new Set())

/** Those that somebody still wants to see. */
export const shownUploads = computed(() => uploads.value.filter(({ key }) => !unwanted.value.has(key)))

export const sizeOf = (source: Upload['source']): number => (source instanceof File ? source.size : 0)
export const canRetry = ({ stage }: Upload): boolean => stage.name === 'failed' && stage.canRetry
const isAgainLater = ({ stage }: Upload): boolean => stage.name === 'failed' && stage.againAt !== undefined
export const isUnderWay = (upload: Upload): boolean => (upload.stage.name === 'failed' ? isAgainLater(upload) : upload.stage.name !== 'taken')
export const isDone = (upload: Upload): boolean => (upload.stage.name === 'taken' ? hasEnded(upload.stage.analysis) : !isUnderWay(upload))

/** How far the files have come that are being sent, between 0 and 1; undefined when there are none. */
export const sentShare = computed(() => {
  const files = shownUploads.value.filter(isUnderWay)
  if (!files.some(({ stage }) => stage.name === 'sending')) return undefined
  const sentOf = ({ source, stage }: Upload) => (stage.name === 'sending' ? stage.sentBytes : stage.name === 'storing' ? sizeOf(source) : 0)
  return sum(files.map(sentOf)) / Math.max(1, sum(files.map(({ source }) => sizeOf(source))))
})

export const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

export const findUpload = (key: string): Upload | undefined => uploads.peek().find((upload) => upload.key === key)

export function addUploads(sources: ReadonlyArray<Pick<Upload, 'name' | 'source'>>): Upload[] {
  const added = sources.map((source): Upload => ({ ...source, key: crypto.randomUUID(), stage: { name: 'waiting' } }))
  uploads.value = [...added, ...uploads.peek()]
  return added
}

export function setStages(stages: ReadonlyMap<string, Stage>): void {
  uploads.value = uploads.peek().map((upload) => ({ ...upload, stage: stages.get(upload.key) ?? upload.stage }))
}

export const setStage = (key: string, stage: Stage): void => setStages(new Map([[key, stage]]))

/** Says why a file was not taken. @param againAt when it is sent again by itself, in ms of the epoch */
export function fail(key: string, reason: string, canRetry: boolean, againAt?: number): void {
  const upload = findUpload(key)
  if (upload === undefined) return
  if (unwanted.peek().has(key) && !canRetry) return drop(key)
  setStage(key, { name: 'failed', reason, canRetry, againAt })
  if (againAt === undefined) announce(`${upload.name}: ${reason}`, 'assertive')
}

/** Takes a line out of the list. */
export function drop(key: string): void {
  forgetLocally(key)
  uploads.value = uploads.peek().filter((upload) => upload.key !== key)
  unwanted.value = new Set([...unwanted.peek()].filter((other) => other !== key))
}

export function dropDone(): void {
  for (const upload of shownUploads.peek().filter(isDone)) drop(upload.key)
}

/** News of an analysis that came of one of these files. */
export function updateTaken(analysis: FileSummary): void {
  const upload = uploads.peek().find(({ stage }) => stage.name === 'taken' && stage.analysis.id === analysis.id)
  if (upload?.stage.name !== 'taken') return
  const hadEnded = hasEnded(upload.stage.analysis)
  setStage(upload.key, { ...upload.stage, analysis: { ...upload.stage.analysis, ...analysis } })
  if (hadEnded || !hasEnded(analysis)) return
  const { files: t, analyse, result } = texts.value
  const outcome = analysis.verdict === null ? result.states[analysis.state] : t.verdicts[analysis.verdict]
  announce(`${upload.name}: ${outcome}. ${analyse.done(shownUploads.peek().filter(isDone).length, shownUploads.peek().length)}`)
}

addEventListener('beforeunload', (event) => {
  // What the service has taken goes on without us; what is on its way does not.
  if (uploads.peek().some(isUnderWay)) event.preventDefault()
})
