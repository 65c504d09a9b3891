import { setTimeout as sleep } from 'node:timers/promises'
import { circuitBreaker, CircuitState, ConsecutiveBreaker, ExponentialBackoff, handleAll } from 'cockatiel'
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'
import { sql } from './drizzle.ts'
import { connectPostgres, type Database, type Queryable } from './postgres.ts'
import { within } from './within.ts'

/**
 * Reading from a replica, without anybody seeing that it is one: what is read is never older than if the primary had been
 * asked.
 *
 * PostgreSQL tells how far a server is by a place in its log. With each read the primary says how far it has written, and
 * the replica has to have replayed as much before it is read from. So whatever anybody was told before they asked, by an
 * answer, an event, a webhook or another read, on whichever machine, is in what they read: nobody keeps book of who wrote
 * what when, nothing depends on Redis, and no session is needed, which poolers don't keep. The question to the primary
 * touches no table, and one serves all reads that come in before it is asked.
 *
 * The price is that a replica which is more than a moment behind is of no use: then, and when it is away, the primary is
 * read, the log says so once, and the replica is tried again later.
 *
 * drizzle's `withReplicas` is not used. It chooses where a query goes when the query is built, which can neither wait for
 * the replica nor go on without it, and it sends every `select` there: also those by which access and limits are decided.
 */

/**
 * Runs a query that reads lists. Never give it a read on which anything is decided: who calls, what they may do, what is
 * left to them, what is written next; those belong to the primary.
 * @param query may be run twice: on the replica, and when that fails on the primary
 */
export type Read = <T>(query: (db: Queryable) => Promise<T>) => Promise<T>

export interface ReplicaOptions {
  /** Of the primary, for a connection of its own: what it is asked does not queue up behind what it works on. */
  primaryUrl: string
  /** Undefined where there is no replica: the primary is read. */
  replicaUrl: string | undefined
  primary: Database
  /** Connections to the replica at most. */
  max: number
  log: FastifyBaseLogger
}

/** A read that takes longer is done by the primary. */
const READ_TIMEOUT_MS = 2_000
/** Pauses between looks whether the replica has caught up; 62 ms in all, more than replicas are behind that are well. */
const PAUSES_MS = [2, 4, 8, 16, 32]
/** A replica that failed rests for a second, and up to half a minute while it goes on failing. */
const REST = { initialDelay: 1_000, maxDelay: 30_000 }

export interface Replica {
  read: Read
  /** Its connections; undefined where there is none. */
  pool: Pool | undefined
  close: () => Promise<void>
}

/** Opens the connections to the replica, if there is one. They are made when they are needed: this never fails. */
export function openReplica({ primaryUrl, replicaUrl, primary, max, log }: ReplicaOptions): Replica {
  if (replicaUrl === undefined) return { read: (query) => query(primary), pool: undefined, close: async () => {} }
  const asked = connectPostgres({ url: primaryUrl, max: 1, log })
  const replica = connectPostgres({ url: replicaUrl, max, log })
  const position = shared(() => positionOf(asked.db))
  const circuit = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(1), halfOpenAfter: new ExponentialBackoff(REST) })
  let isUsed = true
  circuit.onBreak((reason) => {
    if (isUsed) log.warn('error' in reason ? { err: reason.error } : {}, 'The read replica is not used: the primary is read until it is back')
    isUsed = false
  })
  circuit.onReset(() => {
    isUsed = true
    log.info('The read replica is used again')
  })

  /** In one transaction, so that behind a pooler it is the same server that has caught up and that is read. */
  async function readReplica<T>(query: (db: Queryable) => Promise<T>): Promise<T> {
    const needed = await position()
    return replica.db.transaction(
      async (tx) => {
        await untilReplayed(tx, needed)
        return query(tx)
      },
      // Each statement sees what has been replayed by then: the first one of the query what was waited for.
      { isolationLevel: 'read committed', accessMode: 'read only' }
    )
  }

  return {
    async read(query) {
      // While one read tries whether it is back, Cockatiel would let the others wait for that.
      if (circuit.state === CircuitState.HalfOpen) return query(primary)
      try {
        return await circuit.execute(() => within(READ_TIMEOUT_MS, readReplica(query), 'The read replica does not answer'))
      } catch {
        // Whatever the replica has failed at, the primary can; an error that is the query's own comes from there as well.
        return query(primary)
      }
    },
    pool: replica.pool,
    async close() {
      await Promise.all([asked.close(), replica.close()])
    }
  }
}

/** How far a primary has written its log, and which primary that is: places in the logs of others can't be compared. */
interface Position {
  system: string
  /** A `pg_lsn`. */
  written: string
}

/**
 * Everything that anybody can have seen is in the log up to there: a commit is seen when it has been flushed, or where
 * `synchronous_commit` is off, when it has been inserted.
 */
async function positionOf(primary: Database): Promise<Position> {
  const { rows } = await primary.execute<{ system: string; written: string }>(sql`
    SELECT system_identifier::text AS system,
      CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END::text AS written
    FROM pg_control_system()`)
  return rows[0] as Position
}

/** @throws when the replica is too far behind, or none of this primary */
async function untilReplayed(replica: Queryable, { system, written }: Position): Promise<void> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    const { rows } = await replica.execute<{ system: string; replayed: boolean | null }>(sql`
      SELECT system_identifier::text AS system, CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() >= ${written}::pg_lsn END AS replayed
      FROM pg_control_system()`)
    const [{ system: itsSystem, replayed }] = rows as [{ system: string; replayed: boolean | null }]
    if (itsSystem !== system || replayed === null) throw new Error('DATABASE_REPLICA_URL is no streaming replica of DATABASE_URL')
    if (replayed) return
    if (pauseMs !== undefined) await sleep(pauseMs)
  }
  throw new Error('The read replica is too far behind')
}

/** Asks once for all who want to know before it is asked; who comes while it is being asked has the next answer. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let current: Promise<unknown> = Promise.resolve()
  let next: Promise<T> | undefined
  return () => {
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = undefined
        const asking = ask()
        current = asking
        return asking
      })
    return next
  }
}
