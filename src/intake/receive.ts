import { evidencePrefix, mediaKey, objectPrefix } from '../analyses/keys.ts'
import { bury, deleteAnalysis, type Analysis } from '../analyses/moves.ts'
import {
  beginUpload,
  completeFromEarlier,
  dropUpload,
  queueAnalysis,
  touchUpload,
  type StoredUpload
} from '../analyses/uploads.ts'
import { findAnalysis, findIdentical } from '../analyses/queries.ts'
import { sweepNow } from '../analyses/sweep.ts'
import { formatNames, sniffBytes, sniffMediaType } from '../engine/mediaTypes.ts'
import { sentence } from '../language/sentence.ts'
import { plans } from '../limits/plans.ts'
import type { Measures } from '../observability/measures.ts'
import type { Caller } from '../accounts/apiKeys.ts'
import type { Database, Queryable } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { StoredEvidence } from '../platform/schema.ts'
import { ObjectMissing, StorageUnavailable, type Storage } from '../platform/storage/storage.ts'
import type { FastifyBaseLogger } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { agrees } from './declaredType.ts'
import { displayName } from './fileName.ts'
import type { Wishes } from './form.ts'
import { meter, peek, type Bytes } from './meter.ts'

export interface IntakeOptions {
  db: Database
  storage: Storage
  /** Results of other versions are not an answer for a new upload. */
  engineVersion: () => string
  /** How often an upload shows that it goes on; well within the time after which it counts as dead. */
  lifeSignEveryMs: number
  measures: Measures
}

/** A file as it comes in. */
export interface IncomingFile {
  bytes: Bytes
  /** As the client says; believed in nothing. */
  fileName: string | undefined
  declaredType: string
  wishes?: Wishes
  /** Counts bytes as they come in. @throws {Problem} when there are more than may be */
  takeBytes: (bytes: number) => Promise<void>
}

/** What becomes of a file that has come in whole. */
export interface Destination {
  batchId: string | null
  /** What becomes true together with the analysis; see `StoredUpload`. */
  also?: (tx: Queryable, row: Analysis) => Promise<void>
  /** The analysis that the same request has made of these bytes already, before it broke off. */
  findTaken?: (sha256: string) => Promise<Analysis | undefined>
  /** The client will ask again with the same key: what may have been queued is then found, and not to be taken back. */
  isKeyed: boolean
}

const alone = (): Destination => ({ batchId: null, isKeyed: false })

/**
 * Takes a file in: its bytes flow into storage while they are hashed, and the row becomes `queued`, or `completed`
 * from an earlier result. When anything fails, neither a row nor an object is left.
 * @param destinationOf asked when the last byte is there: only then it may be known
 * @throws {Problem} for a file that can't be taken
 */
export async function receiveFile(
  options: IntakeOptions,
  caller: Caller,
  file: IncomingFile,
  requestLog: FastifyBaseLogger,
  destinationOf: () => Destination = alone
): Promise<Analysis> {
  const { db, storage, measures } = options
  const { wishes } = file
  const { accountId, plan } = caller
  const { head, whole } = await peek(file.bytes, sniffBytes)
  const { mediaType, kind } = await typeOf(head, file.declaredType)

  const id = uuidv7()
  const log = requestLog.child({ analysisId: id })
  const key = mediaKey({ accountId, id })
  await beginUpload(db, {
    id,
    accountId,
    fileName: displayName(file.fileName),
    mediaType,
    kind,
    mediaKey: key,
    callbackUrl: wishes?.callbackUrl ?? null,
    ...(wishes?.retention !== undefined && { retention: wishes.retention })
  })
  const lifeSigns = setInterval(() => {
    touchUpload(db, id).catch((error: unknown) => log.warn({ err: error }, 'An upload could not show its life sign'))
  }, options.lifeSignEveryMs)
  try {
    const { bytes, result } = meter(whole, plans[plan].fileBytes, file.takeBytes)
    await storage.put(key, bytes, mediaType)
    const { batchId, also, findTaken } = destinationOf()
    const received = { id, accountId, plan, ...result(), batchId, ...(also !== undefined && { also }) }
    const taken = await findTaken?.(received.sha256)
    if (taken !== undefined) {
      await takeBack(options, received, false, log)
      return taken
    }
    const answered = await answerFromEarlier(options, received, log)
    measures.lookedUp('identical_file', answered !== undefined)
    if (answered !== undefined) measures.analysisAnswered({ kind, plan })
    const row = answered ?? (await queueAnalysis(db, received))
    if (row === undefined) throw new Problem('upload_removed')
    return row
  } catch (error) {
    await takeBack(options, { accountId, id }, !destinationOf().isKeyed, log)
    throw error
  } finally {
    clearInterval(lifeSigns)
  }
}

async function typeOf(head: Buffer, declaredType: string) {
  if (head.length === 0) throw new Problem('empty_file')
  const sniffed = await sniffMediaType(head)
  if (sniffed === undefined) {
    throw new Problem('unsupported_file_type', sentence('Supported are {types}.', { types: formatNames.join(', ') }))
  }
  if (!agrees(declaredType, sniffed.mediaType)) {
    throw new Problem('file_type_mismatch', sentence('The file is {type}, but it was declared as something else.', { type: sniffed.mediaType }))
  }
  return sniffed
}

/**
 * Answers with the result for an identical file of the same account, when there is one. Its evidence is copied, so
 * that deleting one analysis never breaks the other.
 */
async function answerFromEarlier(
  { db, storage, engineVersion }: IntakeOptions,
  upload: StoredUpload,
  log: FastifyBaseLogger
): Promise<Analysis | undefined> {
  const earlier = await findIdentical(db, upload.accountId, upload.sha256, engineVersion())
  if (earlier === undefined) return undefined
  try {
    const evidence: StoredEvidence[] = []
    for (const picture of earlier.evidence) {
      const key = evidencePrefix(upload, 0) + picture.name
      await storage.copy(picture.key, key)
      evidence.push({ ...picture, key })
    }
    return await completeFromEarlier(db, upload, earlier, evidence)
  } catch (error) {
    // Deleted in the meantime, or out of reach: the file is analysed like any other.
    if (!(error instanceof ObjectMissing || error instanceof StorageUnavailable)) throw error
    log.info({ err: error }, 'The earlier result could not be copied')
    await bury(db, evidencePrefix(upload, 0))
    return undefined
  }
}

/** What can't be taken back at once is tried again, for so long and so often. */
const TAKE_BACK_AGAIN_MS = 5_000
const TAKE_BACK_TRIES = 24

/**
 * Leaves nothing of an upload that failed, not even one that was queued by a commit of which we never heard: its client
 * is told that it was not taken, and sends it again. When the database is away that is done later; what has a row that
 * shows no life, or a tombstone, is the reconciler's.
 * @param alsoQueued false where one that was queued is found by the next try
 */
async function takeBack(
  { db, storage }: IntakeOptions,
  upload: { accountId: string; id: string },
  alsoQueued: boolean,
  log: FastifyBaseLogger
) {
  try {
    await takeOut()
  } catch (error) {
    log.warn({ err: error }, 'An upload could not be taken back now; it is tried again')
    void again()
  }

  async function takeOut(): Promise<void> {
    if (!(await dropUpload(db, upload.id))) {
      if (alsoQueued) await deleteAnalysis(db, upload.accountId, upload.id)
      // Where there is no row any longer, the upload was given up for dead while its file was still on its way.
      else if ((await findAnalysis(db, upload.accountId, upload.id)) !== undefined) return
    }
    await sweepNow(db, storage, objectPrefix(upload), log)
  }

  async function again(): Promise<void> {
    for (let n = 0; n < TAKE_BACK_TRIES; n++) {
      await sleep(TAKE_BACK_AGAIN_MS, undefined, { ref: false })
      try {
        return await takeOut()
      } catch (error) {
        log.debug({ err: error }, 'An upload could not be taken back yet')
      }
    }
  }
}
