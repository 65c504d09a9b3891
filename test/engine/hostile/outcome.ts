import { supportedMediaTypes, sniffBytes, sniffMediaType } from '../../../src/engine/mediaTypes.ts'
import type { Engine } from '../../../src/engine/pool.ts'
import { EngineError, engineFailures, verdicts, type Report } from '../../../src/engine/types.ts'
import type { HostileFile } from '../hostileFiles.ts'

/** How one file ended. */
export interface Outcome {
  number: number
  name: string
  fileBytes: number
  /** A verdict, or a stable code. */
  result: string
  message?: string
  ms: number
  /** What must not be: empty for a file that ended as it should. */
  complaints: string[]
}

/** Of one report, as JSON, and of its evidence pictures together. */
const maxReportLength = 256_000
const maxEvidenceBytes = 12_000_000

/** After the deadline: ending a thread waits for a running libvips call, and timers of a busy process are late. */
const graceMs = 5_000

/** Sends a file through the engine as the service does, and checks what comes back. */
export async function outcomeOf(engine: Engine, file: HostileFile, deadlineMs: number): Promise<Outcome> {
  const { number, name } = file
  const complaints: string[] = []
  const sniffed = await sniffMediaType(file.bytes.subarray(0, sniffBytes))
  if (file.refused && sniffed !== undefined) complaints.push(`is taken for ${sniffed.mediaType}`)
  const outcome: Outcome = { number, name, fileBytes: file.bytes.length, result: '', ms: 0, complaints }
  // What sniffing refuses goes through the engine as well, as what it pretends to be: no decoder may fall for it.
  const mediaType = sniffed?.mediaType ?? file.mediaType
  const start = performance.now()
  try {
    const report = await engine.analyze({ bytes: new Uint8Array(file.bytes).buffer, mediaType })
    outcome.result = report.verdict
    if (file.refused) complaints.push('was decoded, though it is no picture')
    complaints.push(...complaintsAbout(report))
  } catch (error) {
    outcome.result = error instanceof EngineError ? error.code : 'no engine error'
    outcome.message = String(error)
    if (!(error instanceof EngineError) || !engineFailures.includes(error.code)) complaints.push(`ends in ${String(error)}`)
    else if (error.code === 'engine_crashed') complaints.push(error.message)
  }
  outcome.ms = performance.now() - start
  if (outcome.ms > deadlineMs + graceMs) complaints.push(`takes ${Math.round(outcome.ms)} ms`)
  return outcome
}

/** What is wrong with a report, whatever it says. */
export function complaintsAbout(report: Report): string[] {
  const { evidence, ...said } = report
  const json = JSON.stringify(said)
  const complaints: string[] = []
  if (!verdicts.includes(report.verdict)) complaints.push(`the verdict is ${report.verdict}`)
  if (report.score !== null && !(report.score > 0 && report.score < 1)) complaints.push(`the score is ${report.score}`)
  if (!supportedMediaTypes.some((type) => type === report.media.mediaType)) complaints.push('the media type is none of ours')
  if (!(report.media.width > 0 && report.media.height > 0)) complaints.push('the picture has no size')
  if (json.length > maxReportLength) complaints.push(`the report has ${json.length} characters`)
  // PostgreSQL's jsonb takes neither; JSON.stringify writes a lone surrogate as an escape.
  if (/\\u0000|\\ud[89a-f]/i.test(json.replaceAll('\\\\', ''))) complaints.push('the report can not be stored')
  const evidenceBytes = evidence.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (evidenceBytes > maxEvidenceBytes) complaints.push(`the evidence has ${evidenceBytes} bytes`)
  const names = new Set(evidence.map(({ name }) => name))
  if (!report.signals.every((signal) => signal.evidence.every((name) => names.has(name)))) complaints.push('a signal names evidence that is not there')
  if (evidence.some(({ name }) => !/^[\w-]+\.(?:png|jpg|webp)$/.test(name))) complaints.push('the name of an evidence picture is no safe one')
  return complaints
}
