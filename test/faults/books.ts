import { eventually } from '../harness/eventually.ts'
import type { Fleet } from './fleet.ts'
import { isTerminal, type Load } from './load.ts'

/** What came of a scenario, in numbers. */
export interface Books {
  accepted: number
  refused: number
  /** Not answered at all. */
  broken: number
  completed: number
  failed: number
  /** Answered 202, and without a verdict or a clear failure. */
  lost: number
  /** With more than one terminal event, by the events' ids. */
  doubled: number
  /** Of which a listening client was never told. */
  untold: number
  /** Objects that no row refers to, and rows whose objects are gone. */
  astray: string[]
  /** Rows that paid and should not have, or the other way round, and accounts whose month does not agree with their rows. */
  misbooked: string[]
  /** Rows of uploads that were never answered 202. */
  unasked: number
  secondsToRecover: number
  /** By how much the resident memory of a process that lived through it has grown at most, in MB. */
  grownMb: number
}

/**
 * Waits until everything that was accepted has ended and everybody has been told, and balances the books.
 * @param since when the fault was over, by `performance.now()`
 */
export async function balance(fleet: Fleet, load: Load, since: number, timeoutMs = 60_000): Promise<Books> {
  await load.stopUploads()
  const { database } = fleet.ground
  const acceptedIds = load.attempted.flatMap(({ status, id, takenBack }) => (status === 202 && id !== undefined && !takenBack ? [id] : []))
  const asked = new Set(load.attempted.map(({ id }) => id))

  await quietly(async () => {
    const { rows } = await database.query(
      "SELECT (SELECT count(*)::int FROM analyses WHERE state IN ('uploading', 'queued', 'processing')) AS open, (SELECT count(*)::int FROM outbox) AS untold, (SELECT count(*)::int FROM tombstones WHERE swept_at IS NULL) AS unswept"
    )
    const { open, untold, unswept } = rows[0]
    return open === 0 && untold === 0 && unswept === 0
  }, timeoutMs)
  const secondsToRecover = Math.max(0, (performance.now() - since) / 1_000)
  await quietly(() => untoldIds(load, acceptedIds).length === 0, 15_000)
  await load.stop()

  const { rows } = await database.query('SELECT id, state, media_key, evidence FROM analyses')
  const byId = new Map(rows.map((row) => [row.id as string, row]))
  const accepted = acceptedIds.map((id) => byId.get(id))
  const inState = (state: string) => accepted.filter((row) => row?.state === state).length
  const terminal = load.heard.map(({ events }) => [...events.values()].filter(isTerminal).flatMap(({ type, data }) => (type === 'analysis.deleted' ? [] : [data.id])))

  return {
    accepted: acceptedIds.length,
    refused: load.attempted.filter(({ status }) => status !== undefined && status !== 202).length,
    broken: load.attempted.filter(({ status }) => status === undefined).length,
    completed: inState('completed'),
    failed: inState('failed'),
    lost: acceptedIds.length - inState('completed') - inState('failed'),
    doubled: terminal.reduce((sum, ids) => sum + ids.length - new Set(ids).size, 0),
    untold: untoldIds(load, acceptedIds).length,
    astray: await astray(fleet, rows),
    misbooked: await misbooked(fleet, load, new Set(byId.keys())),
    // An upload whose answer got lost on its way is the client's to find in its list; it is whole, and it is counted.
    unasked: rows.filter(({ id }) => !asked.has(id)).length,
    secondsToRecover,
    grownMb: 0
  }
}

/** Waits for a condition; that it never comes to hold is for the books to say. */
async function quietly(condition: () => Promise<boolean> | boolean, timeoutMs: number): Promise<void> {
  await eventually(condition, timeoutMs).catch(() => undefined)
}

function untoldIds(load: Load, acceptedIds: string[]): string[] {
  const owner = new Map(load.attempted.map(({ id, accountId }) => [id, accountId]))
  return acceptedIds.filter((id) => {
    const heard = load.heard.find(({ accountId }) => accountId === owner.get(id))
    const told = [...(heard?.events.values() ?? [])].some((event) => isTerminal(event) && event.data.id === id)
    return !told && !heard?.reloaded.has(id)
  })
}

interface StoredRow {
  media_key: string
  evidence: Array<{ key: string }>
}

async function astray({ s3 }: Fleet, rows: StoredRow[]): Promise<string[]> {
  const referred = new Set(rows.flatMap(({ media_key, evidence }) => [media_key, ...evidence.map(({ key }) => key)]))
  const present = new Set(await s3.keys())
  return [
    ...[...present].filter((key) => !referred.has(key)).map((key) => `object ${key}`),
    ...[...referred].filter((key) => !present.has(key)).map((key) => `row for ${key}`),
    ...(s3.openUploads() > 0 ? [`${s3.openUploads()} open uploads`] : [])
  ]
}

/**
 * Every verdict that is no copy of an earlier one is paid for once, and nothing else is. A month may have more units
 * used than rows show where analyses were deleted after their verdict.
 */
async function misbooked({ ground: { database } }: Fleet, load: Load, present: Set<string>): Promise<string[]> {
  const { rows: wrong } = await database.query(
    `SELECT id, state, cached, charged_month FROM analyses
      WHERE (charged_month IS NOT NULL) <> (state = 'completed' AND NOT cached)`
  )
  const { rows: accounts } = await database.query(
    `SELECT id, (SELECT coalesce(sum(used), 0)::int FROM monthly_usage WHERE account_id = accounts.id) AS used,
        (SELECT count(*)::int FROM analyses WHERE account_id = accounts.id AND charged_month IS NOT NULL) AS paid
      FROM accounts`
  )
  const gone = (accountId: string) => load.attempted.filter((row) => row.accountId === accountId && row.id !== undefined && !present.has(row.id)).length
  return [
    ...wrong.map(({ id, state, cached, charged_month: month }) => `${state}${cached ? ', cached' : ''}, paid by ${month}: ${id}`),
    ...accounts
      .filter(({ id, used, paid }) => used < paid || used - paid > gone(id))
      .map(({ id, used, paid }) => `${used} units used, ${paid} rows that paid: account ${id}`)
  ]
}
