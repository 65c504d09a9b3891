import { drizzle } from '../../src/platform/drizzle.ts'
import { Pool } from 'pg'
import { migrate } from '../../src/platform/migrate.ts'
import * as schema from '../../src/platform/schema.ts'
import type { Database } from '../../src/platform/postgres.ts'

/** A database with so many analyses in it, and an eye on the queries that are made. */
export interface Filled {
  analyses: number
  pool: Pool
  db: Database
  /** Told of each query; undefined when nobody looks. */
  watch: ((query: string, params: unknown[]) => void) | undefined
}

export const ACCOUNTS = 1_000
/** Of the analyses, what the one large account has. It is deep enough for 1,000 pages also of the small table. */
const LARGE_SHARE = 0.1
export const LARGE_AT_LEAST = 6_000
export const OPEN = 1_000
/** From this account on nobody has made an analysis in the newer half of the time. */
export const QUIET = 900
/** Rows an `INSERT`. */
const CHUNK = 50_000
const DAYS = 90

/** The id of the n-th account; the first is the large one. */
export const accountId = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`

/** Makes a database of its own with all tables, and fills it. */
export async function fill(adminUrl: string, count: number): Promise<Filled> {
  const url = new URL(adminUrl)
  url.pathname = `/growth_${count}`
  const admin = new Pool({ connectionString: adminUrl, max: 1 })
  await admin.query(`CREATE DATABASE growth_${count}`)
  await admin.end()
  await migrate(url.href)
  const pool = new Pool({ connectionString: url.href, max: 4 })
  pool.on('error', () => undefined) // When something fails, PostgreSQL is stopped before the pool is closed.
  const filled: Filled = {
    analyses: count,
    pool,
    db: drizzle(pool, { schema, logger: { logQuery: (query, params) => filled.watch?.(query, params) } }),
    watch: undefined
  }
  await pool.query(
    `INSERT INTO accounts (id, name, plan)
     SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'account ' || n, (ARRAY['FREE', 'PRO', 'PREMIUM'])[1 + n % 3]
     FROM generate_series(0, ${ACCOUNTS - 1}) n`
  )
  const large = Math.max(count * LARGE_SHARE, LARGE_AT_LEAST)
  for (let from = 1; from <= count; from += CHUNK) {
    await pool.query(insertAnalyses(from, Math.min(from + CHUNK - 1, count), count, large / count))
  }
  // Deleted within the last minutes: swept once, and not yet due for the last time. A few are due.
  await pool.query(
    `INSERT INTO tombstones (prefix, created_at, swept_at)
     SELECT 'gone/' || n || '/', now() - CASE WHEN n <= 100 THEN interval '10 minutes' ELSE interval '1 minute' END, now()
     FROM generate_series(1, $1::int) n`,
    [count / 100]
  )
  await pool.query('VACUUM ANALYZE')
  return filled
}

/**
 * Rows as the service writes them: UUIDv7 in order of creation over the last 90 days, the newest 1,000 not ended, of
 * the others 97 of 100 completed with findings of a usual size.
 */
function insertAnalyses(from: number, to: number, count: number, largeShare: number): string {
  return `
    INSERT INTO analyses (
      id, account_id, state, attempt, file_name, media_type, kind, media_key, size_bytes, sha256, verdict, score,
      findings, evidence, engine_version, created_at, touched_at, queued_at, started_at, ended_at)
    SELECT
      id, account_id, state, CASE WHEN state IN ('uploading', 'queued') THEN 0 ELSE 1 END,
      'IMG_' || n || '.jpg', 'image/jpeg', 'image', account_id || '/' || id || '/media',
      CASE WHEN state <> 'uploading' THEN 1000000 + n % 9000000 END,
      CASE WHEN state <> 'uploading' THEN md5(n::text) || md5('b' || n) END,
      CASE WHEN state = 'completed' THEN (ARRAY['inconclusive', 'inconclusive', 'inconclusive', 'ai_generated', 'manipulated'])[1 + n % 5] END,
      CASE WHEN state = 'completed' AND n % 5 > 2 THEN 0.95 END,
      CASE WHEN state = 'completed' THEN json_build_object(
        'summary', 'Nothing was found that speaks against it, which does not mean that it is genuine.',
        'signals', json_build_array(json_build_object('detector', 'metadata', 'code', 'a', 'meaning', repeat(md5(n::text), 20))),
        'notChecked', json_build_array(), 'media', json_build_object('mediaType', 'image/jpeg', 'width', 4000, 'height', 3000)) END,
      '[]', CASE WHEN state = 'completed' THEN 'growth' END,
      at, CASE WHEN state = 'uploading' THEN now() ELSE at END, at, at,
      CASE WHEN state IN ('completed', 'failed', 'cancelled') THEN at END
    FROM (
      SELECT n, at,
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid AS id,
        ('00000000-0000-7000-8000-' || lpad((CASE WHEN (n * 7919) % 10000 < ${Math.round(largeShare * 10_000)} THEN 0 WHEN n < ${Math.round(count / 2)} THEN 1 + n % ${ACCOUNTS - 1} ELSE 1 + n % ${QUIET - 1} END)::text, 12, '0'))::uuid AS account_id,
        CASE
          WHEN n > ${count - OPEN} THEN (ARRAY['uploading', 'processing', 'queued', 'queued', 'queued', 'queued', 'queued', 'queued', 'queued', 'queued'])[1 + n % 10]
          WHEN n % 100 < 97 THEN 'completed' WHEN n % 100 < 99 THEN 'failed' ELSE 'cancelled'
        END AS state
      FROM (SELECT n, now() - interval '${DAYS} days' * (1 - n / ${count}::float8) - interval '1 minute' AS at FROM generate_series(${from}::bigint, ${to}) n) AS numbered
    ) AS rows`
}
