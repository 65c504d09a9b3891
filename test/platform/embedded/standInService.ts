import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { waitUntil } from '../../../src/platform/embedded/processes.ts'

/**
 * Stands in for the service in tests of its supervisor, and behaves as `STAND_IN` says. The good one keeps a table of
 * what it went through: a start, and an end that it writes only when it has drained.
 */
const behaviour = process.env.STAND_IN ?? 'well'

if (behaviour === 'dies') process.exit(1)
if (behaviour === 'misconfigured') {
  process.stderr.write('Port 1 is taken\n')
  process.exit(78)
}

const note = async (what: string) => {
  if (process.env.STAND_IN_DATABASE === 'no') return
  const client = new Client({ connectionString: process.env.DATABASE_URL as string })
  await client.connect()
  await client.query('INSERT INTO life (what) VALUES ($1)', [what])
  await client.end()
}

let draining = false
const drain = async () => {
  if (draining) return
  draining = true
  if (behaviour === 'hangs') return
  // Long enough for servers that did not wait to be gone.
  await sleep(300)
  const until = process.env.STAND_IN_DRAINS_UNTIL
  if (until !== undefined) await waitUntil(() => existsSync(until), 30_000)
  await note('drained')
  process.exit(0)
}
process.on('SIGTERM', () => void drain())
process.on('SIGINT', () => void drain())
process.on('disconnect', () => void drain())

await note('started')
const server = createServer((request, response) => {
  const { DATABASE_URL, REDIS_URL, STORAGE_URL, DATA_DIR, UV_THREADPOOL_SIZE } = process.env
  response.end(JSON.stringify({ pid: process.pid, DATABASE_URL, REDIS_URL, STORAGE_URL, DATA_DIR, UV_THREADPOOL_SIZE, path: request.url }))
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ type: 'listening', address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
