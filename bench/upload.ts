/**
 * `npm run bench:upload`: many large uploads at once through the whole service, beside the same bytes sent straight
 * through `@aws-sdk/lib-storage` with the same part and queue sizes, to the same S3 server, in the same run.
 *
 * Prints the growth of the service's resident memory an upload, and the ratio of the two throughputs. Each side runs
 * in a process of its own; the rounds alternate, because a shared machine is not equally fast all the time.
 */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { generateApiKey } from '../src/accounts/apiKeys.ts'
import { storeLocalKey, withDatabase } from '../src/accounts/localAccount.ts'
import { createClient } from '../src/client/index.ts'
import { percentile, print, residentBytes } from './children.ts'
import { handIn } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '20' },
    megabytes: { type: 'string', default: '90' },
    rounds: { type: 'string', default: '3' }
  }
})
const uploads = Number(values.uploads)
const sizeBytes = Number(values.megabytes) * 1_000_000
const rounds = Number(values.rounds)

/** A JPEG by its first bytes; the rest does not compress and is not looked at. */
const megabyte = randomBytes(1_000_000)
megabyte.set([0xff, 0xd8, 0xff, 0xe0])

await withServers(measure)

async function measure({ databaseUrl, redisUrl, programs }: Servers): Promise<void> {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' }
  const [s3, endpoint] = await programs.start('s3Server.ts', env)
  const key = generateApiKey()
  await withDatabase(databaseUrl, (db) => storeLocalKey(db, 'bench', key))
  const [service, address] = await programs.start('../src/service.ts', {
    ...env,
    ROLES: 'api',
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    STORAGE_URL: `s3://bench?endpoint=${encodeURIComponent(endpoint)}&region=us-east-1`
  })
  const [direct] = await programs.start('libStorage.ts', { ...env, ENDPOINT: endpoint })

  const client = createClient({ url: address, key })
  const upload = (size: number) => client.upload(file(size), { fileName: 'a.jpg' })

  // Warm: connections, compiled code, grown heaps. What memory grows by after that is the uploads'.
  await upload(20_000_000)
  await ask(direct, { uploads: 1, sizeBytes: 20_000_000 })
  await ask(s3, 'empty')

  const rows: Array<{ service: number; direct: number; growth: number; directGrowth: number }> = []
  for (let round = 1; round <= rounds; round++) {
    const before = residentBytes(service)
    const ours = await peakWhile(service, () => Promise.all(Array.from({ length: uploads }, () => upload(sizeBytes))))
    await ask(s3, 'empty')
    const directBefore = residentBytes(direct)
    const theirs = await peakWhile(direct, () => ask(direct, { uploads, sizeBytes }))
    await ask(s3, 'empty')
    const total = (uploads * sizeBytes) / 1_000_000
    const row = {
      service: total / ours.seconds,
      direct: total / theirs.seconds,
      growth: (ours.peak - before) / uploads / 1_000_000,
      directGrowth: (theirs.peak - directBefore) / uploads / 1_000_000
    }
    rows.push(row)
    print(
      `round ${round}: service ${row.service.toFixed(0)} MB/s, +${row.growth.toFixed(1)} MB an upload; ` +
        `lib-storage ${row.direct.toFixed(0)} MB/s, +${row.directGrowth.toFixed(1)} MB an upload; ratio ${(row.service / row.direct).toFixed(2)}`
    )
  }
  const median = (of: (row: (typeof rows)[number]) => number) => percentile(rows.map(of), 0.5)
  print(
    `${uploads} uploads of ${sizeBytes / 1_000_000} MB at once, median of ${rounds} rounds: ` +
      `memory +${Math.max(...rows.map(({ growth }) => growth)).toFixed(1)} MB an upload at most (limit 12), ` +
      `throughput ${median((row) => row.service / row.direct).toFixed(2)} of lib-storage alone (aim 0.8)`
  )
  const what = `${uploads} uploads of ${values.megabytes} MB at once`
  const bare = 'lib-storage alone'
  handIn([
    {
      what: `${what}: throughput`,
      unit: 'MB/s',
      ours: median((row) => row.service),
      bare,
      theirs: median((row) => row.direct),
      better: 'more',
      meaning: 'What multipart, hashing and limits cost on the way from the client to the bucket'
    },
    {
      what: `${what}: memory an upload, at most`,
      unit: 'MB',
      ours: Math.max(...rows.map(({ growth }) => growth)),
      bare,
      theirs: Math.max(...rows.map(({ directGrowth }) => directGrowth)),
      better: 'less',
      meaning: 'How many large files one process can take at the same time'
    }
  ])
}

async function ask(child: ChildProcess, what: 'empty' | { uploads: number; sizeBytes: number }): Promise<void> {
  child.send(what)
  await once(child, 'message')
}

/** A file that is made while it is sent, with its length unsaid. */
async function* file(size: number): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < size; sent += megabyte.length) yield megabyte.subarray(0, Math.min(megabyte.length, size - sent))
}

/** Runs something while it looks every few milliseconds how much memory a process has. */
async function peakWhile(child: ChildProcess, run: () => Promise<unknown>): Promise<{ peak: number; seconds: number }> {
  const done = new AbortController()
  let peak = residentBytes(child)
  async function look() {
    while (!done.signal.aborted) {
      peak = Math.max(peak, residentBytes(child))
      await sleep(20)
    }
  }
  const looking = look()
  const start = performance.now()
  await run()
  const seconds = (performance.now() - start) / 1_000
  done.abort()
  await looking
  return { peak, seconds }
}
