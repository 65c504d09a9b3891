/**
 * `npm run bench:events`: thousands of clients with an open event stream, at one process of the service beside a bare
 * `node:http` server that writes the same bytes, in the same run.
 *
 * Prints what memory a client takes, what the open streams cost while nothing happens, and how long an event takes to its
 * clients: one alone, and one for every account at once. An event of ours is committed to the outbox by another process,
 * as a worker does it, and the time counts from there: relay, Redis, hub, stream. The clients are in processes of their
 * own. The servers take turns, each fresh in every round, because a shared machine is not equally fast all the time.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { generateApiKey, storeApiKey } from '../src/accounts/apiKeys.ts'
import { recordEvent } from '../src/events/event.ts'
import { startRelay } from '../src/events/relay.ts'
import { connectPostgres } from '../src/platform/postgres.ts'
import { connectRedis } from '../src/platform/redis.ts'
import { accounts as accountTable } from '../src/platform/schema.ts'
import { cpuSeconds, percentile, print, residentBytes } from './children.ts'
import type { Publication } from './events/bareServer.ts'
import type { Heard, Opened, Order } from './events/listeners.ts'
import { handIn } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '5000' },
    accounts: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '2' },
    /** How often something happens to every account at once, and to a single one, in a round. */
    bursts: { type: 'string', default: '10' },
    singles: { type: 'string', default: '50' },
    /** For how long nothing happens. */
    'quiet-seconds': { type: 'string', default: '10' },
    /** A folder for processor profiles of both servers. */
    profile: { type: 'string' }
  }
})
const clients = Number(values.clients)
const accounts = Number(values.accounts)
const PROCESSES = 2
const perProcess = clients / PROCESSES
const perAccount = clients / accounts
/** What is opened and closed again before memory is looked at: connections, compiled code. */
const WARM = 200
const PATIENCE_MS = 60_000

if (!Number.isInteger(perAccount) || accounts % PROCESSES !== 0) throw new RangeError('The clients must be a multiple of the accounts, and those even')
const mostFiles = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
if (mostFiles < clients + 200) throw new RangeError(`${clients} clients need ${clients + 200} open files in a process: see ulimit -n`)

/** A server under test. */
interface Server {
  child: ChildProcess
  address: string
  /** How the clients of an account say whose they are. */
  header: (account: number) => string
  /** Tells each of these accounts one event. @returns from when on it was on its way, by the clock of the listeners */
  publish: (accounts: number[]) => Promise<number>
}

interface Measured {
  bytesAClient: number
  /** Of processor a second, while nothing happens. */
  quietMs: number
  burstMs: number[]
  singleMs: number[]
}

await withServers(measure)

async function measure(servers: Servers): Promise<void> {
  const log = pino({ level: 'warn' })
  const postgres = connectPostgres({ url: servers.databaseUrl, max: 4, log })
  const redis = connectRedis(servers.redisUrl, log)
  const relay = startRelay({ db: postgres.db, redis, log })
  const owners = Array.from({ length: accounts }, () => ({ id: uuidv7(), key: generateApiKey() }))
  await postgres.db.insert(accountTable).values(owners.map(({ id }, n) => ({ id, name: `account ${n}`, plan: 'PREMIUM' as const })))
  for (const { id, key } of owners) await storeApiKey(postgres.db, id, 'bench', key)

  async function service(): Promise<Server> {
    const env = {
      ...process.env,
      ROLES: 'api',
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: servers.databaseUrl,
      REDIS_URL: servers.redisUrl,
      STORAGE_URL: `file://${servers.folder}/files`,
      DATA_DIR: servers.folder
    }
    const [child, address] = await servers.programs.start('../src/service.ts', env, execArgv())
    const publish = async (told: number[]) => {
      await postgres.db.transaction(async (tx) => {
        for (const n of told) await recordEvent(tx, owners[n]!.id, { type: 'analysis.processing', data: { id: uuidv7(), state: 'processing' } })
      })
      const start = now()
      relay.nudge()
      return start
    }
    return { child, address, header: (n) => `authorization: Bearer ${owners[n]!.key}`, publish }
  }

  async function bare(): Promise<Server> {
    const [child, address] = await servers.programs.start('events/bareServer.ts', process.env, execArgv())
    const publish = async (told: number[]) => {
      const events = told.map((n) => ({ group: String(n), message: bareMessage() }))
      const start = now()
      child.send({ events } satisfies Publication)
      return start
    }
    return { child, address, header: (n) => `x-group: ${n}`, publish }
  }

  const sides = { service: [] as Measured[], bare: [] as Measured[] }
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const [name, start] of [['service', service], ['bare', bare]] as const) {
      const measured = await measureServer(servers, await start())
      sides[name].push(measured)
      print(`round ${round}, ${name}: ${inWords(measured)}`)
    }
  }
  report(merged(sides.service), merged(sides.bare))
  await relay.close()
  redis.disconnect()
  await postgres.close()
}

async function measureServer({ programs }: Servers, { child, address, header, publish }: Server): Promise<Measured> {
  const { port } = new URL(address)
  const listeners = await Promise.all(Array.from({ length: PROCESSES }, async () => (await programs.start('events/listeners.ts', process.env))[0]))
  const openAll = (each: number) =>
    Promise.all(
      listeners.map((listener, process) => {
        // Every account has all of its clients in one process.
        const headers = Array.from({ length: each }, (_, n) => header(Math.floor((process * each + n) / perAccount)))
        return ask<Opened>(listener, { open: { port: Number(port), headers } })
      })
    )
  await openAll(WARM / PROCESSES)
  await Promise.all(listeners.map((listener) => ask<Opened>(listener, 'close')))
  await sleep(2_000)

  const memoryBefore = residentBytes(child)
  await openAll(perProcess)
  await sleep(2_000)
  const quietSeconds = Number(values['quiet-seconds'])
  const cpuBefore = cpuSeconds(child)
  await sleep(quietSeconds * 1_000)
  const quietMs = ((cpuSeconds(child) - cpuBefore) / quietSeconds) * 1_000
  const bytesAClient = (residentBytes(child) - memoryBefore) / clients

  /** @returns how long it took to each of their clients, in milliseconds */
  async function tell(told: number[]): Promise<number[]> {
    const heard = listeners.map(async (listener, process) => {
      const mine = told.filter((n) => Math.floor((n * perAccount) / perProcess) === process)
      return mine.length === 0 ? { at: [] } : ask<Heard>(listener, { hear: mine.length * perAccount })
    })
    const start = await publish(told)
    return (await Promise.all(heard)).flatMap(({ at }) => at.map((ms) => ms - start))
  }
  const all = Array.from({ length: accounts }, (_, n) => n)
  const burstMs: number[] = []
  const singleMs: number[] = []
  // The first ones compile the code, and are not counted.
  for (let n = -2; n < Number(values.bursts); n++) {
    const ms = await tell(all)
    if (n >= 0) burstMs.push(...ms)
    await sleep(300)
  }
  for (let n = -5; n < Number(values.singles); n++) {
    const ms = await tell([(n + accounts) % accounts])
    if (n >= 0) singleMs.push(...ms)
    await sleep(20)
  }
  for (const listener of listeners) listener.kill('SIGKILL')
  child.kill(values.profile === undefined ? 'SIGKILL' : 'SIGTERM')
  await once(child, 'exit')
  return { bytesAClient, quietMs, burstMs, singleMs }
}

async function ask<Answer>(listener: ChildProcess, order: Order): Promise<Answer> {
  const answered = once(listener, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })
  listener.send(order)
  return ((await answered) as [Answer])[0]
}

/** As the service would write it: the same shape, and another id each time. */
function bareMessage(): string {
  const event = { id: uuidv7(), timestamp: new Date().toISOString(), type: 'analysis.processing', data: { id: uuidv7(), state: 'processing' } }
  return `id: ${Date.now()}-0\ndata: ${JSON.stringify(event)}\n\n`
}

/** Of all rounds: the median of what is one figure a round. */
function merged(rounds: Measured[]): Measured {
  const median = (of: (measured: Measured) => number) => percentile(rounds.map(of), 0.5)
  return {
    bytesAClient: median(({ bytesAClient }) => bytesAClient),
    quietMs: median(({ quietMs }) => quietMs),
    burstMs: rounds.flatMap(({ burstMs }) => burstMs),
    singleMs: rounds.flatMap(({ singleMs }) => singleMs)
  }
}

function inWords({ bytesAClient, quietMs, burstMs, singleMs }: Measured): string {
  const times = (ms: number[]) => `p50 ${percentile(ms, 0.5).toFixed(1)} ms, p99 ${percentile(ms, 0.99).toFixed(1)} ms`
  return (
    `${(bytesAClient / 1_000).toFixed(1)} kB a client; ${quietMs.toFixed(0)} ms of processor a second while nothing happens; ` +
    `all at once ${times(burstMs)}; one alone ${times(singleMs)}`
  )
}

function report(service: Measured, bare: Measured): void {
  print(`service: ${inWords(service)}`)
  print(`bare node:http: ${inWords(bare)}`)
  const common = { bare: 'node:http, same bytes', better: 'less' as const }
  const streams = `${clients} event streams`
  handIn([
    {
      ...common,
      what: `${streams}: memory a client`,
      unit: 'kB',
      ours: service.bytesAClient / 1_000,
      theirs: bare.bytesAClient / 1_000,
      meaning: 'How many people one process can keep informed'
    },
    {
      ...common,
      what: `${streams}: processor while nothing happens`,
      unit: 'ms/s',
      ours: service.quietMs,
      theirs: bare.quietMs,
      meaning: 'What waiting costs: heartbeats, leases, and looking whether each caller still may listen'
    },
    {
      ...common,
      what: `${streams}: p99 from commit to client, ${accounts} accounts told at once`,
      unit: 'ms',
      ours: percentile(service.burstMs, 0.99),
      theirs: percentile(bare.burstMs, 0.99),
      meaning: 'The last of all to hear when everything happens at once: outbox, relay, Redis and replay are on the way of ours'
    },
    {
      ...common,
      what: `${streams}: p50 from commit to client, one account told`,
      unit: 'ms',
      ours: percentile(service.singleMs, 0.5),
      theirs: percentile(bare.singleMs, 0.5),
      meaning: 'How late a verdict is shown'
    }
  ])
}

/** The monotonic clock of the machine, in milliseconds. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

function execArgv(): string[] {
  return values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
}
