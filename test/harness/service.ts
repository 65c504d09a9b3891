import { v7 as uuidv7 } from 'uuid'
import { drizzle } from '../../src/platform/drizzle.ts'
import { Client } from 'pg'
import type { FastifyInstance } from 'fastify'
import pino, { type DestinationStream } from 'pino'
import type { Test } from 'tap'
import { generateApiKey, storeApiKey } from '../../src/accounts/apiKeys.ts'
import type { AnalysisResource } from '../../src/analyses/resource.ts'
import { buildApp } from '../../src/app.ts'
import { readConfig, requireServers } from '../../src/config.ts'
import { createLogger } from '../../src/observability/logger.ts'
import type { PlanName } from '../../src/limits/plans.ts'
import * as schema from '../../src/platform/schema.ts'
import { startS3, type TestS3 } from './s3.ts'
import { temporaryFolder, testDatabase, testRedis, type TestRedis } from './servers.ts'

/** What a test service stands on; several services can share it. */
export interface Ground<R extends TestRedis = TestRedis> {
  env: Record<string, string>
  s3: TestS3
  /** The test's own way into the database. */
  database: Client
  redis: R
}

/** Real servers of the test's own. */
export async function layGround<R extends TestRedis = TestRedis>(t: Test, withRedis: (t: Test) => Promise<R> = testRedis as never): Promise<Ground<R>> {
  const [databaseUrl, redis, s3] = await Promise.all([testDatabase(t), withRedis(t), startS3(t)])
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  database.on('error', () => undefined) // The database is dropped before this connection is closed.
  t.teardown(() => database.end())
  return {
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_MAX: '8',
      REDIS_URL: redis.url,
      STORAGE_URL: s3.url,
      DATA_DIR: temporaryFolder(t),
      ENGINE_THREADS: '1',
      ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
      LEDGER_LOCK_MS: '1500',
      LEDGER_RETRY_MS: '50',
      RECONCILE_EVERY_MS: '250',
      UPLOAD_STALE_MS: '1500'
    },
    s3,
    database,
    redis
  }
}

/** The service in this process, listening on a port of its own. */
export async function startService(t: Test, ground: Ground, env: Record<string, string> = {}, log: DestinationStream = pino.destination(1)) {
  const config = requireServers(readConfig({ ...ground.env, ...env }))
  const app: FastifyInstance = await buildApp(config, createLogger(config, log))
  // Tests close in the reverse order of their making, so that the servers outlive the service.
  t.teardown(() => app.close())
  return { app, url: await app.listen({ host: config.host, port: config.port }) }
}

/** An account with a key; of the largest plan, so that no limit stands in the way of what isn't about limits. */
export async function makeAccount(ground: Ground, plan: PlanName = 'PREMIUM'): Promise<{ accountId: string; key: string }> {
  const db = drizzle(ground.database, { schema })
  const accountId = uuidv7()
  const key = generateApiKey()
  await db.insert(schema.accounts).values({ id: accountId, name: 'test', plan })
  await storeApiKey(db, accountId, 'test', key)
  return { accountId, key }
}

/** Further keys of an account. */
export async function moreKeys(ground: Ground, accountId: string, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, generateApiKey)
  for (const key of keys) await storeApiKey(drizzle(ground.database, { schema }), accountId, 'another', key)
  return keys
}

/** A program that uses the service with a key. */
export function client(url: string, key: string) {
  const send = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) } })
  const upload = async (bytes: Uint8Array, options: { name?: string; type?: string; prefer?: string } = {}) => {
    const { name = 'photo.jpg', type = '', prefer } = options
    const form = new FormData()
    form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type }), name)
    const response = await send('/v1/analyses', { method: 'POST', body: form, headers: prefer === undefined ? {} : { prefer } })
    return { response, body: (await response.json()) as AnalysisResource & { code?: string } }
  }
  const get = async (id: string, seconds = 0) => {
    const response = await send(`/v1/analyses/${id}`, { headers: { prefer: `wait=${seconds}` } })
    return (await response.json()) as AnalysisResource
  }
  return { send, upload, get }
}
