/**
 * `npm run bench:request-cost`: what finding out who calls and counting the limits add to a request. The same cheap
 * route is served twice by one process, once with both and once with neither, and asked in turns over kept connections.
 *
 * Prints the p50 and p95 of both, in ms, and the difference and the ratio of the p50.
 */
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { generateApiKey } from '../src/accounts/apiKeys.ts'
import { storeLocalKey, withDatabase } from '../src/accounts/localAccount.ts'
import { percentile, print } from './children.ts'
import { handIn } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({ options: { requests: { type: 'string', default: '4000' } } })
const requests = Number(values.requests)
/** Asked before anything is measured: connections, compiled code, the cache of callers. */
const WARM = 500

await withServers(measure)

async function measure({ databaseUrl, redisUrl, programs }: Servers): Promise<void> {
  const key = generateApiKey()
  await withDatabase(databaseUrl, (db) => storeLocalKey(db, 'bench', key))
  const [, addresses] = await programs.start('requestCost/server.ts', { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl })
  const sides = addresses.split(' ').map((url) => ({ pool: new Pool(url, { connections: 1 }), times: [] as number[] }))
  for (let n = -WARM; n < requests; n++) {
    for (const { pool, times } of sides) {
      const start = performance.now()
      const { statusCode, body } = await pool.request({ path: '/v1/session', method: 'GET', headers: { authorization: `Bearer ${key}` } })
      await body.dump()
      if (statusCode !== 200) throw new Error(`Answered ${statusCode}`)
      if (n >= 0) times.push(performance.now() - start)
    }
  }
  const [without, both] = sides.map(({ times }) => ({ p50: percentile(times, 0.5), p95: percentile(times, 0.95) })) as [Figures, Figures]
  print(`without: p50 ${without.p50.toFixed(3)} ms, p95 ${without.p95.toFixed(3)} ms`)
  print(`with authentication and limits: p50 ${both.p50.toFixed(3)} ms, p95 ${both.p95.toFixed(3)} ms`)
  print(`they add ${(both.p50 - without.p50).toFixed(3)} ms to the p50, ${(both.p50 / without.p50).toFixed(2)} times as much; ${requests} requests each`)
  for (const { pool } of sides) await pool.close()
  handIn([
    {
      what: 'A cheap request with authentication and limits, p50',
      unit: 'ms',
      ours: both.p50,
      bare: 'the same route with neither',
      theirs: without.p50,
      better: 'less',
      meaning: 'What finding out who calls and counting the limits add to every request'
    }
  ])
}

interface Figures {
  p50: number
  p95: number
}
