import { setTimeout as sleep } from 'node:timers/promises'
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import type { FastifyBaseLogger } from 'fastify'
import { evidencePrefix } from '../analyses/keys.ts'
import {
  completeAnalysis,
  failAnalysis,
  giveBack,
  holdsClaim,
  MAX_ATTEMPTS,
  type Claim,
  type Failure
} from '../analyses/moves.ts'
import { examine, type Examination, type Examiners } from '../engine/providers/examine.ts'
import { ProviderFailure } from '../engine/providers/failure.ts'
import { storableSentence } from '../engine/storable.ts'
import { EngineError, type Evidence } from '../engine/types.ts'
import { say } from '../language/say.ts'
import { sentence } from '../language/sentence.ts'
import type { Measures } from '../observability/measures.ts'
import { wasRolledBack, type Database } from '../platform/postgres.ts'
import type { StoredEvidence } from '../platform/schema.ts'
import { ObjectMissing, StorageUnavailable, type Storage } from '../platform/storage/storage.ts'
import type { Tracing } from '../observability/tracing.ts'
import type { MediaRoom } from './mediaRoom.ts'

export interface AttemptOptions extends Examiners {
  db: Database
  storage: Storage
  /** Room for the bytes of files; shared by all attempts of a process. */
  room: MediaRoom
  /** Fires when the process can't wait for its attempts any longer. */
  handBack: AbortSignal
  tracing: Tracing
  measures: Measures
  log: FastifyBaseLogger
}

/** How often an attempt looks whether it still counts: it may be cancelled, deleted, or taken over elsewhere. */
const LOOK_EVERY_MS = 1_000
/**
 * For reading the file, and again for writing the evidence. What lies between has deadlines of its own, which begin when
 * a thread does: waiting for one must not use up an attempt.
 */
const STORAGE_TIMEOUT_MS = 60_000

/**
 * The end of an attempt is written again when the database undid it: a deadlock or a full disk of a moment must not cost
 * an analysis one of its attempts. The fence lets it count once.
 */
const written = retry(handleWhen(wasRolledBack), { maxAttempts: 6, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 2_000 }) })

/** The attempt is over without an end of the analysis: the job is to come back later. */
export class ComeBackLater extends Error {
  override name = 'ComeBackLater'
}

/** The row is no longer this attempt's. */
class ClaimLost extends Error {
  override name = 'ClaimLost'
}

/**
 * Works on a claimed analysis to its end: completed, failed, or given back.
 * @throws {ComeBackLater} when a later attempt may do better
 * @throws when PostgreSQL is away: the row is then as if the attempt had died
 */
export async function runAttempt(options: AttemptOptions, claim: Claim): Promise<void> {
  const { db, storage, tracing, measures, log } = options
  const over = new AbortController()
  const watching = watchClaim(db, claim, over)
  const signal = AbortSignal.any([over.signal, options.handBack])
  /** Evidence of ours that no verdict can refer to. */
  let orphaned = false
  try {
    const { report: found, degraded, silent } = await examineMedia(options, claim, signal)
    const { evidence: pictures, durationsMs, beganAt: _times, ...report } = found
    measures.detectorsTook(durationsMs)
    for (const { provider, error } of silent) {
      // That a circuit is open was said when it opened.
      const level = error instanceof ProviderFailure && error.code === 'resting' ? 'debug' : 'warn'
      log[level]({ err: error, provider }, 'A provider was left out of a verdict')
      measures.providerFailed(provider, error instanceof ProviderFailure ? error.code : 'unknown')
    }
    signal.throwIfAborted()
    orphaned = pictures.length > 0
    const evidence = await tracing.span('store the evidence', {}, () => storeEvidence(storage, claim, pictures, withDeadline(signal)))
    // From here on a failure leaves open whether the verdict stands: what it would refer to must stay. Whoever ends
    // the analysis later removes what earlier attempts have left.
    orphaned = false
    const stands = await tracing.span('write the verdict', {}, () => written.execute(() => completeAnalysis(db, claim, report, evidence, degraded)))
    orphaned = !stands
    if (stands) {
      measures.analysisCompleted(claim, report.verdict, degraded !== null)
      log.info({ verdict: report.verdict, degraded: degraded !== null, mediaType: claim.mediaType, sizeBytes: claim.sizeBytes, durationsMs }, 'The analysis is completed')
    }
  } catch (error) {
    // Aborting makes the storage fail with an error of its own: ask the signal, not the error.
    if (over.signal.reason instanceof ClaimLost) return
    await endAttempt(options, claim, error)
  } finally {
    over.abort()
    await watching
    if (orphaned) {
      await storage.removeAll(evidencePrefix(claim, claim.attempt)).catch((error: unknown) => {
        log.warn({ err: error }, 'Evidence of an attempt that does not count is left until its analysis ends or is deleted')
      })
    }
  }
}

/** Aborts an attempt that no longer counts, and lets one that can't tell go on: the fence holds all the same. */
async function watchClaim(db: Database, claim: Claim, over: AbortController): Promise<void> {
  while (!over.signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined)
    if (over.signal.aborted) return
    const held = await holdsClaim(db, claim).catch(() => true)
    if (!held) over.abort(new ClaimLost('The analysis was cancelled, deleted or taken over'))
  }
}

const withDeadline = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(STORAGE_TIMEOUT_MS)])

/**
 * Reads the file and has it looked at. The bytes are in memory only as long as that takes: once for the thread, to which
 * they are transferred, and once for all providers, where there is one that takes such media.
 */
async function examineMedia(options: AttemptOptions, claim: Claim, signal: AbortSignal): Promise<Examination> {
  const providers = options.providers.filter(({ kinds }) => kinds.includes(claim.kind))
  const sizeBytes = claim.sizeBytes ?? 0
  const copies = providers.length > 0 ? 2 : 1
  return options.room.hold(sizeBytes * copies, signal, async () => {
    const bytes = new ArrayBuffer(sizeBytes)
    const asked = providers.length > 0 ? { providers, bytes: new ArrayBuffer(sizeBytes) } : undefined
    const buffers = asked === undefined ? [bytes] : [bytes, asked.bytes]
    await options.tracing.span('read the file', { 'faketect.size_bytes': sizeBytes }, () => readMedia(options.storage, claim, buffers, withDeadline(signal)))
    return examine(options, { bytes, mediaType: claim.mediaType }, asked, claim.priority, signal)
  })
}

/** Reads the whole file into each buffer as it comes: copying 100 MB at a stroke would hold up everybody else. */
async function readMedia(storage: Storage, claim: Claim, buffers: ArrayBuffer[], signal: AbortSignal): Promise<void> {
  const views = buffers.map((buffer) => new Uint8Array(buffer))
  const sizeBytes = claim.sizeBytes ?? 0
  let filled = 0
  const body = await storage.get(claim.mediaKey, { signal })
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (filled + chunk.length > sizeBytes) throw new ObjectMissing('The stored file is longer than it was')
    for (const view of views) view.set(chunk, filled)
    filled += chunk.length
  }
  signal.throwIfAborted()
  if (filled < sizeBytes) throw new StorageUnavailable('The stored file came shorter than it is')
}

async function storeEvidence(
  storage: Storage,
  claim: Claim,
  pictures: Evidence[],
  signal: AbortSignal
): Promise<StoredEvidence[]> {
  const stored: StoredEvidence[] = []
  for (const { name, mediaType, caption, layer, bytes } of pictures) {
    signal.throwIfAborted()
    const key = evidencePrefix(claim, claim.attempt) + name
    await storage.put(key, once(bytes), mediaType)
    stored.push({ name, mediaType, caption, layer, sizeBytes: bytes.byteLength, key })
  }
  return stored
}

async function* once(bytes: Uint8Array) {
  yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Decides what a failure means: the end of the analysis, or another attempt. */
async function endAttempt({ db, measures, log, handBack }: AttemptOptions, claim: Claim, error: unknown): Promise<void> {
  const final = finalFailure(error) ?? (claim.attempt >= MAX_ATTEMPTS ? lastFailure(error) : undefined)
  if (final !== undefined) {
    log[isOfTheFile(error) ? 'info' : 'error']({ err: error, failure: final.code, detail: say(final.detail, 'en') }, 'The analysis failed')
    if (await written.execute(() => failAnalysis(db, claim, final))) measures.analysisFailed(claim, final)
    return
  }
  const reason = error instanceof StorageUnavailable ? 'storage_unavailable' : 'interrupted'
  log[handBack.aborted ? 'warn' : 'error']({ err: error, reason }, 'The attempt is given back')
  if (await written.execute(() => giveBack(db, claim, reason))) throw new ComeBackLater(reason, { cause: error })
}

/** What another attempt would not change: time-outs, files that can't be decoded, files that are gone. */
function finalFailure(error: unknown): Failure | undefined {
  if (error instanceof EngineError) return { code: error.code, detail: storableSentence(error.reason) }
  if (error instanceof ObjectMissing) return { code: 'media_missing', detail: sentence('The stored file could not be found.') }
  return undefined
}

/** What is the file's own fault, as opposed to ours. */
const isOfTheFile = (error: unknown) => error instanceof EngineError && (error.code === 'undecodable_file' || error.code === 'too_many_pixels')

function lastFailure(error: unknown): Failure {
  if (error instanceof StorageUnavailable) {
    return { code: 'storage_unavailable', detail: sentence('The stored file could not be reached in three attempts.') }
  }
  return { code: 'internal_error', detail: sentence('The analysis was broken off three times by a fault of ours.') }
}
