import { drizzle, DrizzleQueryError, type NodePgDatabase } from './drizzle.ts'
import type { FastifyBaseLogger } from 'fastify'
import type { Socket } from 'node:net'
import { Pool } from 'pg'
import * as schema from './schema.ts'

export type Database = NodePgDatabase<typeof schema>
/** What a query runs on: the database, or one transaction of it. */
export type Queryable = Database | Parameters<Parameters<Database['transaction']>[0]>[0]

export interface Postgres {
  db: Database
  /** What `db` runs on. */
  pool: Pool
  check(): Promise<void>
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 10_000
/** The client's own deadline for a query; a server-side one would need a session behind a pooler. */
const QUERY_TIMEOUT_MS = 10_000
/** A connection without a byte for so long is given up; idle ones are closed by the pool before. */
const SILENCE_MS = 11_000
const IDLE_MS = 8_000

/** Opens the pool. Connections are made when they are needed: this never fails. */
export function connectPostgres(options: { url: string; max: number; log: FastifyBaseLogger }): Postgres {
  const pool = new Pool({
    connectionString: options.url,
    max: options.max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true
  })
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => options.log.warn({ err: error }, 'An idle database connection broke'))
  pool.on('connect', (client) => {
    // One that breaks in the middle of a transaction fails its query, and says so here as well.
    client.on('error', (error) => options.log.debug({ err: error }, 'A database connection broke'))
    // A query that timed out leaves its connection waiting for the answer: nobody else may queue up behind it.
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    stream.setTimeout(SILENCE_MS, () => stream.destroy(new Error('The database does not answer')))
  })

  return {
    db: drizzle(pool, { schema }),
    pool,
    async check() {
      await pool.query('SELECT 1')
    },
    async close() {
      await pool.end()
    }
  }
}

/**
 * Whether the server itself has said that it undid the transaction and that the same one may succeed: serialization
 * failures, deadlocks, a lack of room. Never when the connection broke, as nobody knows then whether it was committed.
 */
export function wasRolledBack(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  return cause instanceof Error && /^(40001|40P01|53)/.test((cause as NodeJS.ErrnoException).code ?? '')
}

/**
 * Whether an error says that the database can't be reached, is starting, stopping, or out of connections: worth
 * trying again later, as opposed to a query that is wrong.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  if (!(cause instanceof Error)) return false
  const { code, syscall } = cause as NodeJS.ErrnoException
  // Classes 08 (connection), 53 (resources), 57P (shutdown, starting), 40 (serialization), 25006 (read-only after a failover).
  if (code !== undefined && /^(08|53|57P|40|25006)/.test(code)) return true
  if (code !== undefined && /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)/.test(code)) return true
  if (syscall === 'connect') return true
  return /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered)/.test(
    cause.message
  )
}
