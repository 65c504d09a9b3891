/**
 * `npm run bench:signins`: how long an upload takes while many people sign in with passwords at the same time, beside
 * the same uploads without them, in the same run. Hashing a password takes a core for some 30 ms, on one of the threads
 * that files, names and pictures need as well; only a few are hashed at once.
 *
 * The rounds alternate, because a shared machine is not equally fast all the time.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Agent, fetch } from 'undici'
import { generateApiKey, storeApiKey } from '../src/accounts/apiKeys.ts'
import { withDatabase } from '../src/accounts/localAccount.ts'
import { createClient } from '../src/client/index.ts'
import { accounts } from '../src/platform/schema.ts'
import { percentile, print } from './children.ts'
import { handIn } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '200' },
    people: { type: 'string', default: '200' },
    kilobytes: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' }
  }
})
const uploads = Number(values.uploads)
const people = Number(values.people)
const rounds = Number(values.rounds)
/** Uploads at the same time. */
const LANES = 4
/** Of the largest plan, so many that no limit of a minute is met. */
const ACCOUNTS = 20

/** A JPEG by its first bytes; nothing looks at the rest. */
const bytes = randomBytes(Number(values.kilobytes) * 1_000)
bytes.set([0xff, 0xd8, 0xff, 0xe0])
const dispatcher = new Agent({ connections: people })

await withServers(measure)

async function measure({ databaseUrl, redisUrl, programs }: Servers): Promise<void> {
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'bench', AWS_SECRET_ACCESS_KEY: 'bench' }
  const [, endpoint] = await programs.start('s3Server.ts', env)
  const keys = await makeKeys(databaseUrl)
  const [, address] = await programs.start('../src/service.ts', {
    ...env,
    // As the supervisor has it.
    UV_THREADPOOL_SIZE: String(availableParallelism() * 2 + 4),
    ROLES: 'api',
    PORT: '0',
    LOG_LEVEL: 'warn',
    ANONYMOUS_REQUESTS_PER_MINUTE: '1000000',
    TRUST_PROXY: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    STORAGE_URL: `s3://bench?endpoint=${encodeURIComponent(endpoint)}&region=us-east-1`
  })
  await uploadAll(address, keys, 40) // Warm: connections, compiled code.

  const quiet: number[] = []
  const stormy: number[] = []
  const answers = { hashed: 0, turnedAway: 0 }
  let stormSeconds = 0
  for (let round = 1; round <= rounds; round++) {
    const alone = await uploadAll(address, keys, uploads)
    const storm = startStorm(address, answers)
    const start = performance.now()
    const beside = await uploadAll(address, keys, uploads)
    stormSeconds += (performance.now() - start) / 1_000
    await storm.end()
    print(`round ${round}: alone ${inWords(alone)}; beside the storm ${inWords(beside)}`)
    quiet.push(...alone)
    stormy.push(...beside)
  }
  const ratio = (share: number) => (percentile(stormy, share) / percentile(quiet, share)).toFixed(2)
  print(
    `${people} people signing in again and again: ${(answers.hashed / stormSeconds).toFixed(0)} passwords hashed a second, ` +
      `${(answers.turnedAway / stormSeconds).toFixed(0)} told to come back`
  )
  print(`uploads of ${values.kilobytes} kB, ${LANES} at once: alone ${inWords(quiet)}; beside it ${inWords(stormy)}; ratio p50 ${ratio(0.5)}, p95 ${ratio(0.95)}`)
  handIn([
    {
      what: `Upload of ${values.kilobytes} kB while ${people} people sign in again and again, p50`,
      unit: 'ms',
      ours: percentile(stormy, 0.5),
      bare: 'the same uploads alone',
      theirs: percentile(quiet, 0.5),
      better: 'less',
      meaning: 'A storm of passwords, whose hashing takes a core each, holds up nobody else for long'
    }
  ])
}

function inWords(latencies: number[]): string {
  return `p50 ${percentile(latencies, 0.5).toFixed(0)} ms, p95 ${percentile(latencies, 0.95).toFixed(0)} ms`
}

async function makeKeys(databaseUrl: string): Promise<string[]> {
  return withDatabase(databaseUrl, async (db) => {
    const keys: string[] = []
    for (let n = 0; n < ACCOUNTS; n++) {
      const id = randomUUID()
      const key = generateApiKey()
      await db.insert(accounts).values({ id, name: 'bench', plan: 'PREMIUM' })
      await storeApiKey(db, id, 'bench', key)
      keys.push(key)
    }
    return keys
  })
}

/** How long each upload took a program that uses our client, in milliseconds. */
async function uploadAll(address: string, keys: string[], count: number): Promise<number[]> {
  const clients = keys.map((key) => createClient({ url: address, key }))
  const latencies: number[] = []
  let begun = 0
  async function lane(): Promise<void> {
    while (begun < count) {
      const client = clients[begun++ % clients.length]
      // No two are the same: what is known already would be answered at once.
      const file = new File([bytes, randomUUID()], 'a.jpg')
      const start = performance.now()
      await client?.upload(file)
      latencies.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return latencies
}

/**
 * People who sign in again and again, each time as somebody else from somewhere else, so that no wait keeps them out;
 * who is told to come back does so when it is time.
 */
function startStorm(address: string, answers: { hashed: number; turnedAway: number }): { end(): Promise<void> } {
  const over = new AbortController()
  async function person(n: number): Promise<void> {
    for (let time = 0; !over.signal.aborted; time++) {
      const response = await fetch(`${address}/v1/session`, {
        method: 'POST',
        dispatcher,
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `10.${n % 256}.${Math.floor(time / 256) % 256}.${time % 256}` },
        body: JSON.stringify({ email: `${randomUUID()}@people.example`, password: 'four horses of a colour' })
      })
      await response.arrayBuffer()
      if (response.status === 401) answers.hashed++
      else if (response.status === 503) {
        answers.turnedAway++
        await sleep(Number(response.headers.get('retry-after')) * 1_000, undefined, { signal: over.signal }).catch(() => undefined)
      } else throw new Error(`A sign-in was answered ${response.status}`)
    }
  }
  const storm = Promise.all(Array.from({ length: people }, (_, n) => person(n)))
  return {
    async end() {
      over.abort()
      await storm
    }
  }
}
