import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { eventually } from '../harness/eventually.ts'
import { client, type Ground } from '../harness/service.ts'
import { photo } from '../engine/pictures.ts'
import type { Fleet } from './fleet.ts'
import type { Load } from './load.ts'

/** One row of the table: a fault that is injected while the load runs, and taken away again. */
export interface Scenario {
  name: string
  /** One of the five that every run of the tests takes, in two files beside each other. */
  short?: 'processes' | 'servers'
  /** Files fail here, as they should; anywhere else each one must get its verdict. */
  failing?: true
  env?: Record<string, string>
  /** What the uploads of the load ask of the tests' detectors. */
  description?: (n: number) => string | undefined
  /** The load sends so many files a request, with an `Idempotency-Key` and until it is answered: each is there once. */
  filesPerKey?: number
  /** Does the damage, and resolves when it is over. */
  inject(fleet: Fleet, load: Load): Promise<void>
}

/** Long enough for every process to be hit in the middle of something; short enough for many scenarios. */
const SPELL_MS = 2_500

async function untilAccepted(load: Load, more: number): Promise<void> {
  const goal = load.attempted.filter(({ status }) => status === 202).length + more
  await eventually(() => load.attempted.filter(({ status }) => status === 202).length >= goal, 30_000)
}

const processes: Scenario[] = [
  {
    name: 'kill -9 of each process in turn, in the middle of everything',
    short: 'processes',
    async inject(fleet, load) {
      for (const process of fleet.processes.slice()) {
        await untilAccepted(load, 5)
        await fleet.kill(process)
      }
    }
  },
  {
    name: 'kill -9 between storage and row',
    async inject(fleet, load) {
      await untilAccepted(load, 3)
      // The object is stored, and PostgreSQL hears nothing more of it.
      fleet.s3.misbehave = ({ method, url }) => {
        if (method === 'PUT' && url.pathname.endsWith('/media')) fleet.postgres.set('stalled')
        return undefined
      }
      await sleep(700)
      await killAll(fleet)
      fleet.s3.misbehave = () => undefined
      fleet.postgres.set('clear')
      await revive(fleet)
    }
  },
  {
    name: 'kill -9 between row and ledger',
    async inject(fleet, load) {
      await untilAccepted(load, 3)
      fleet.redis.set('stalled')
      await eventually(() => hasRows(fleet.ground, "state = 'queued'"), 10_000)
      await killAll(fleet)
      fleet.redis.set('clear')
      await revive(fleet)
    }
  },
  {
    name: 'kill -9 between verdict and event',
    async inject(fleet, load) {
      await untilAccepted(load, 3)
      fleet.redis.set('stalled')
      await eventually(async () => (await fleet.ground.database.query('SELECT 1 FROM outbox')).rows.length > 0, 10_000)
      await killAll(fleet)
      fleet.redis.set('clear')
      await revive(fleet)
    }
  },
  {
    name: 'a process stalls for longer than its lock, and wakes up',
    short: 'processes',
    description: () => 'hostile: slow 400',
    async inject(fleet, load) {
      await untilAccepted(load, 3)
      const [stalled] = fleet.processes
      stalled?.child.kill('SIGSTOP')
      await sleep(6_000)
      stalled?.child.kill('SIGCONT')
    }
  },
  {
    name: 'an event loop that is blocked for five seconds',
    async inject(fleet, load) {
      await untilAccepted(load, 3)
      for (const { child } of fleet.processes) child.kill('SIGSTOP')
      await sleep(5_000)
      for (const { child } of fleet.processes) child.kill('SIGCONT')
    }
  },
  {
    name: 'the clocks of all processes step back by an hour',
    env: { NODE_OPTIONS: `--import=${new URL('clock.ts', import.meta.url).href}`, LEDGER_RETRY_MS: '1000' },
    description: (n) => (n % 3 === 0 ? 'hostile: slow 300' : undefined),
    async inject({ processes, s3 }, load) {
      // Retries are waiting while it happens: their time was reckoned by the other clock.
      s3.misbehave = ({ method, url }) => (method === 'PUT' && url.pathname.includes('/evidence/1/') ? 'fail' : undefined)
      await untilAccepted(load, 5)
      for (const { child } of processes) child.kill('SIGUSR2')
      await untilAccepted(load, 5)
      s3.misbehave = () => undefined
    }
  },
  {
    name: 'SIGTERM with uploads, analyses and streams open',
    short: 'processes',
    description: () => 'hostile: slow 300',
    async inject(fleet, load) {
      for (const process of fleet.processes.slice()) {
        await untilAccepted(load, 4)
        process.child.kill('SIGTERM')
        const { code } = await process.ended
        if (code !== 0) throw new Error(`It exited ${code}`)
        fleet.processes.splice(fleet.processes.indexOf(process), 1)
        await fleet.start()
      }
    }
  },
  {
    name: 'files that crash, hang, loop or fill the heap of their thread',
    failing: true,
    env: { ANALYSIS_DEADLINE_MS: '1500' },
    description: (n) => ['hostile: throw', 'hostile: loop', undefined, 'hostile: exit', undefined, undefined][n % 6],
    inject: (_fleet, load) => untilAccepted(load, 12)
  },
  {
    name: 'a file that ends the process (SIGSEGV)',
    failing: true,
    async inject(fleet, load) {
      await untilAccepted(load, 3)
      const { key } = fleet.accounts[0]!
      const bytes = await photo({ seed: 99_999, width: 64, height: 48, description: 'hostile: segfault' })
      const { body } = await client(fleet.address(), key).upload(bytes)
      load.attempted.push({ accountId: fleet.accounts[0]!.accountId, status: 202, id: body.id })
      await eventually(async () => {
        for (const process of fleet.processes.slice()) if (process.child.signalCode !== null) await fleet.kill(process)
        return hasRows(fleet.ground, `id = '${body.id}' AND state = 'failed' AND failure_code = 'analysis_crashed'`)
      }, 40_000)
    }
  }
]

/** One file takes more memory outside of its heap than its process may have: the budget is set by the system. */
const greedy: Scenario = {
  name: 'a file that takes more native memory than there is',
  failing: true,
  async inject(fleet, load) {
    await untilAccepted(load, 3)
    const limited = new Set<number>()
    const limit = () => {
      for (const { child } of fleet.processes) {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null || limited.has(child.pid)) continue
        limited.add(child.pid)
        const kilobytes = Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
        execFileSync('prlimit', ['--pid', String(child.pid), `--as=${(kilobytes + 1_500_000) * 1_024}:`])
      }
    }
    limit()
    const { accountId, key } = fleet.accounts[0]!
    const bytes = await photo({ seed: 99_998, width: 64, height: 48, description: 'hostile: native' })
    const { body } = await client(fleet.address(), key).upload(bytes)
    load.attempted.push({ accountId, status: 202, id: body.id })
    await eventually(async () => {
      for (const process of fleet.processes.slice()) {
        if (process.child.exitCode !== null || process.child.signalCode !== null) await fleet.kill(process)
      }
      limit()
      return hasRows(fleet.ground, `id = '${body.id}' AND failure_code IN ('analysis_out_of_memory', 'analysis_crashed')`)
    }, 60_000)
    for (const { child } of fleet.processes) execFileSync('prlimit', ['--pid', String(child.pid), '--as=unlimited:'])
  }
}

/** Clients that send the same request with the same key until they have an answer. */
const retries: Scenario[] = [
  {
    name: 'Idempotency-Key: kill -9 of each process in turn',
    filesPerKey: 1,
    inject: killInTurn
  },
  {
    name: 'Idempotency-Key: kill -9 in the middle of batches',
    filesPerKey: 3,
    inject: killInTurn
  },
  {
    name: 'Idempotency-Key: a process stalls for longer than its claims last, and wakes up',
    filesPerKey: 2,
    async inject(fleet, load) {
      await untilAccepted(load, 3)
      const [stalled] = fleet.processes
      stalled?.child.kill('SIGSTOP')
      await sleep(6_000)
      stalled?.child.kill('SIGCONT')
    }
  },
  { ...weather('Idempotency-Key: PostgreSQL connections cut', 'postgres', 'cut'), filesPerKey: 2 },
  { ...misbehaviour('Idempotency-Key: storage 5xx', () => 'fail'), filesPerKey: 1 }
]

async function killInTurn(fleet: Fleet, load: Load): Promise<void> {
  for (let round = 0; round < 3; round++) {
    for (const process of fleet.processes.slice()) {
      await untilAccepted(load, 4)
      await fleet.kill(process)
    }
  }
}

const redis: Scenario[] = [
  weather('Redis: connections cut', 'redis', 'cut'),
  { ...weather('Redis: stalled', 'redis', 'stalled', 8_000), short: 'servers' },
  weather('Redis: half-closed connections', 'redis', 'half-closed'),
  weather('Redis: its machine vanishes, another takes its place', 'redis', 'stranded', 12_000),
  {
    name: 'Redis: restarted empty',
    async inject(fleet, load) {
      await untilAccepted(load, 5)
      await fleet.ground.redis.stop()
      await sleep(SPELL_MS)
      await fleet.ground.redis.start()
    }
  },
  {
    name: 'Redis: OOM command not allowed',
    async inject({ ground }, load) {
      await untilAccepted(load, 5)
      await onRedis(ground, async (direct) => {
        await direct.config('SET', 'maxmemory', '1')
        await sleep(SPELL_MS)
        await direct.config('SET', 'maxmemory', '0')
      })
    }
  },
  {
    name: 'Redis: a read-only replica after a failover',
    async inject({ ground }, load) {
      await untilAccepted(load, 5)
      await onRedis(ground, async (direct) => {
        await direct.replicaof('127.0.0.1', 9)
        await sleep(SPELL_MS)
        await direct.replicaof('NO', 'ONE')
      })
    }
  }
]

const postgres: Scenario[] = [
  weather('PostgreSQL: connections cut', 'postgres', 'cut'),
  weather('PostgreSQL: stalled', 'postgres', 'stalled', 12_000),
  weather('PostgreSQL: half-closed connections', 'postgres', 'half-closed'),
  weather('PostgreSQL: its machine vanishes, another takes its place', 'postgres', 'stranded', 12_000),
  {
    name: 'PostgreSQL: every connection ended by the server, again and again',
    async inject({ ground }, load) {
      await untilAccepted(load, 5)
      for (let n = 0; n < 8; n++) {
        await ground.database.query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
        )
        await sleep(300)
      }
    }
  },
  refusals('PostgreSQL: serialization failures', '40001'),
  refusals('PostgreSQL: its disk is full', '53100'),
  {
    name: 'PostgreSQL: no connection left',
    async inject({ ground }, load) {
      await untilAccepted(load, 5)
      const name = (await ground.database.query('SELECT current_database() AS name')).rows[0].name
      await ground.database.query(`ALTER DATABASE ${name} CONNECTION LIMIT 1`)
      await ground.database.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
      )
      await sleep(SPELL_MS)
      await ground.database.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`)
    }
  }
]

const storage: Scenario[] = [
  misbehaviour('storage: 1 KB a second', ({ method }) => (method === 'PUT' ? 'slow' : undefined)),
  misbehaviour('storage: connections refused', () => 'refuse'),
  misbehaviour('storage: 5xx', () => 'fail'),
  misbehaviour('storage: every third request fails', everyThird()),
  misbehaviour('storage: hangs in the middle of a file', ({ method }) => (method === 'PUT' ? 'hang' : undefined)),
  misbehaviour('storage: hangs when it should remove', ({ method }) => (method === 'POST' || method === 'DELETE' ? 'hang' : undefined))
]

const people: Scenario[] = [
  {
    name: 'delete and cancel while analyses run',
    description: () => 'hostile: slow 250',
    async inject(fleet, load) {
      const until = performance.now() + 4_000
      while (performance.now() < until) {
        for (const [n, row] of load.attempted.entries()) {
          if (row.id === undefined || row.takenBack || n % 2 === 0) continue
          const { key } = fleet.accounts.find(({ accountId }) => accountId === row.accountId)!
          const { send } = client(fleet.address(), key)
          const response = await (n % 4 === 1
            ? send(`/v1/analyses/${row.id}`, { method: 'DELETE' })
            : send(`/v1/analyses/${row.id}/cancel`, { method: 'POST' })
          ).catch(() => undefined)
          if (response?.ok === true) row.takenBack = true
        }
        await sleep(50)
      }
    }
  }
]

/** Deletes each analysis at the very moment when its evidence is being written. */
const late: Scenario = {
  name: 'delete while the evidence is being written',
  async inject(fleet, load) {
    const deleted = new Set<string>()
    fleet.s3.misbehave = ({ method, url }) => {
      const [, id] = /([0-9a-f-]{36})\/evidence\//.exec(url.pathname) ?? []
      const row = load.attempted.find((attempted) => attempted.id === id)
      if (method !== 'PUT' || row?.id === undefined || deleted.has(row.id)) return undefined
      deleted.add(row.id)
      row.takenBack = true
      const { key } = fleet.accounts.find(({ accountId }) => accountId === row.accountId)!
      void client(fleet.address(), key).send(`/v1/analyses/${row.id}`, { method: 'DELETE' })
      // The write goes through, and comes after the first sweep.
      return 'slow'
    }
    await eventually(() => deleted.size >= 8, 30_000)
    fleet.s3.misbehave = () => undefined
  }
}

export const scenarios: Scenario[] = [...processes, ...(platform() === 'linux' ? [greedy] : []), ...redis, ...postgres, ...storage, ...people, late, ...retries]

function weather(name: string, which: 'redis' | 'postgres', what: 'cut' | 'stalled' | 'half-closed' | 'stranded', forMs = SPELL_MS): Scenario {
  return {
    name,
    async inject(fleet, load) {
      await untilAccepted(load, 5)
      if (what === 'half-closed') fleet[which].halfClose()
      else if (what === 'stranded') fleet[which].strand()
      else fleet[which].set(what)
      await sleep(forMs)
      fleet[which].set('clear')
    }
  }
}

/** Every third change of an analysis is refused with this SQLSTATE. */
function refusals(name: string, sqlState: string): Scenario {
  return {
    name,
    env: { LEDGER_RETRY_MS: '500' },
    async inject({ ground: { database } }, load) {
      await untilAccepted(load, 5)
      await database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF random() < 0.33 THEN RAISE EXCEPTION 'on demand' USING ERRCODE = '${sqlState}'; END IF; RETURN NEW; END $$`)
      await database.query('CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON analyses FOR EACH ROW EXECUTE FUNCTION refuse()')
      await sleep(SPELL_MS)
      await database.query('DROP TRIGGER refuse ON analyses')
      await database.query('DROP FUNCTION refuse')
    }
  }
}

function misbehaviour(name: string, misbehave: Fleet['s3']['misbehave']): Scenario {
  return {
    name,
    // Three attempts are to outlast the spell.
    env: { LEDGER_RETRY_MS: '1500' },
    async inject({ s3 }, load) {
      await untilAccepted(load, 5)
      s3.misbehave = misbehave
      await sleep(SPELL_MS)
      s3.misbehave = () => undefined
    }
  }
}

function everyThird(): Fleet['s3']['misbehave'] {
  let n = 0
  return () => (++n % 3 === 0 ? 'fail' : undefined)
}

async function killAll(fleet: Fleet): Promise<void> {
  for (const { child } of fleet.processes) child.kill('SIGKILL')
  await Promise.all(fleet.processes.map(({ ended }) => ended))
}

async function revive(fleet: Fleet): Promise<void> {
  const size = fleet.processes.length
  fleet.processes.length = 0
  for (let n = 0; n < size; n++) await fleet.start()
}

async function hasRows({ database }: Ground, condition: string): Promise<boolean> {
  const { rows } = await database.query(`SELECT 1 FROM analyses WHERE ${condition} LIMIT 1`)
  return rows.length > 0
}

async function onRedis(ground: Ground, run: (redis: Redis) => Promise<void>): Promise<void> {
  const direct = new Redis(ground.redis.url)
  try {
    await run(direct)
  } finally {
    direct.disconnect()
  }
}
