import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import pino from 'pino'
import { quoted } from '../../src/language/sentence.ts'
import { sql } from '../../src/platform/drizzle.ts'
import { v7 as uuidv7 } from 'uuid'
import { mediaKey } from '../../src/analyses/keys.ts'
import {
  claimUnlessVanished,
  completeAnalysis,
  deleteAnalysis,
  holdsClaim
} from '../../src/analyses/moves.ts'
import { beginUpload, queueAnalysis } from '../../src/analyses/uploads.ts'
import { findAnalysis, findIdentical, listAnalyses } from '../../src/analyses/queries.ts'
import { sweep } from '../../src/analyses/sweep.ts'
import { relayBatch } from '../../src/events/relay.ts'
import { ageWaiting } from '../../src/ledger/ageing.ts'
import { openLedger } from '../../src/ledger/queue.ts'
import { dropDeadUploads, requeueLost } from '../../src/ledger/reconciler.ts'
import { filesInFlight } from '../../src/limits/files.ts'
import { quotaUsed } from '../../src/limits/quota.ts'
import type { Storage } from '../../src/platform/storage/storage.ts'
import { accountId, QUIET, type Filled } from './fill.ts'

/** Something that the service does, measured in its own functions. */
export interface Deed {
  name: string
  runs: number
  run(): Promise<unknown>
}

export const PAGE = 5
const PAGES = 1_000
const RETENTION_DAYS = 60
const large = accountId(0)
const quiet = pino({ level: 'silent' })
const report = {
  engineVersion: 'growth',
  verdict: 'inconclusive' as const,
  score: null,
  summary: quoted('Nothing was found.'),
  signals: [],
  notChecked: [],
  media: { mediaType: 'image/jpeg', width: 1, height: 1 }
}
/** A storage that has nothing: what is measured is the database. */
const emptyStorage = { removeAll: async () => undefined } as unknown as Storage

/** The smallest UUIDv7 of a moment: its first 48 bits are the milliseconds. */
function firstIdOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

/** All deeds over one database. Ids are looked up beforehand, so that looking them up is not measured. */
export async function deeds(filled: Filled, redis: Redis): Promise<Deed[]> {
  const { db, pool } = filled
  const ledger = openLedger(redis, quiet)
  const never = new AbortController().signal
  const { rows: known } = await pool.query(
    `SELECT id, account_id AS "accountId", sha256 FROM analyses WHERE state = 'completed' ORDER BY md5(id::text) LIMIT 500`
  )
  const { rows: deep } = await pool.query('SELECT id FROM analyses WHERE account_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1', [large, PAGE * (PAGES - 1) - 1])
  const { rows: open } = await pool.query("SELECT id, priority FROM analyses WHERE state IN ('queued', 'processing')")
  for (const { id, priority } of open) await ledger.add(id, priority)
  let next = 0
  const any = () => known[next++ % known.length] as { id: string; accountId: string; sha256: string }
  const list = (page: Omit<Parameters<typeof listAnalyses>[2], 'limit'>) => listAnalyses(db, large, { limit: PAGE + 1, ...page })
  const expiry = firstIdOf(Date.now() - RETENTION_DAYS * 86_400_000)

  async function whole(): Promise<void> {
    const id = uuidv7()
    const upload = { id, accountId: accountId(1 + (next++ % 900)), plan: 'FREE' as const, sizeBytes: 1, sha256: randomUUID() }
    await beginUpload(db, { ...upload, fileName: 'a', mediaType: 'image/jpeg', kind: 'image', mediaKey: mediaKey(upload) })
    await queueAnalysis(db, upload)
    const claim = await claimUnlessVanished(db, id)
    if (claim === undefined || !(await holdsClaim(db, claim))) throw new Error('The claim was not held')
    if (!(await completeAnalysis(db, claim, report, []))) throw new Error('The verdict did not count')
  }

  return [
    { name: 'create, claim and complete', runs: 200, run: whole },
    { name: 'get', runs: 300, run: () => findAnalysis(db, any().accountId, any().id) },
    { name: 'first page', runs: 200, run: () => list({}) },
    { name: 'first page of a small account', runs: 200, run: () => listAnalyses(db, accountId(1 + (next++ % 800)), { limit: PAGE + 1 }) },
    { name: 'first page of an account gone quiet', runs: 50, run: () => listAnalyses(db, accountId(QUIET + (next++ % 90)), { limit: PAGE + 1 }) },
    { name: `page ${PAGES}`, runs: 200, run: () => list({ before: deep[0].id }) },
    { name: 'first page of the failed', runs: 100, run: () => list({ state: 'failed' }) },
    { name: 'first page of a verdict that nothing has', runs: 15, run: () => list({ verdict: 'authentic' }) },
    { name: 'first page of a kind that nothing has', runs: 15, run: () => list({ kind: 'video' }) },
    { name: 'identical file, there is one', runs: 200, run: () => findIdentical(db, any().accountId, any().sha256, 'growth') },
    { name: 'identical file, there is none', runs: 200, run: () => findIdentical(db, large, randomUUID(), 'growth') },
    { name: 'usage: quota and files in flight', runs: 200, run: () => Promise.all([quotaUsed(db, large), filesInFlight(db, large, ['uploading', 'queued', 'processing'])]) },
    { name: 'reconcile: age what waits', runs: 20, run: () => ageWaiting(db, ledger, 10_000, never) },
    { name: 'reconcile: look after the open', runs: 8, run: () => requeueLost(db, ledger, { settledMs: 1_000, retryMs: 5_000 }, never, quiet) },
    { name: 'reconcile: dead uploads', runs: 50, run: () => dropDeadUploads(db, 600_000, quiet) },
    { name: 'sweep', runs: 20, run: () => sweep(db, emptyStorage, never) },
    { name: 'relay a batch', runs: 20, run: () => relayBatch(db, redis) },
    // What retention would ask, by the order of creation that is in the ids: no index more than there are.
    { name: 'retention: what an account has past it', runs: 50, run: () =>
        db.execute(sql`SELECT id FROM analyses WHERE account_id = ${large} AND id < ${expiry} ORDER BY id DESC NULLS LAST LIMIT 100`) },
    { name: 'retention: what anybody has past it', runs: 50, run: () => db.execute(sql`SELECT id, account_id FROM analyses WHERE id < ${expiry} ORDER BY id LIMIT 100`) },
    {
      name: 'delete',
      runs: 50,
      run: () => {
        const { accountId, id } = known.pop() as { id: string; accountId: string }
        return deleteAnalysis(db, accountId, id)
      }
    }
  ]
}
