import type { Test } from 'tap'
import { startProcess, type ServiceProcess } from '../harness/process.ts'
import type { TestS3 } from '../harness/s3.ts'
import { layGround, makeAccount, type Ground } from '../harness/service.ts'
import { startProxy, type FaultProxy } from './proxy.ts'

/** Several processes of the service, with a proxy in front of each thing that they share. */
export interface Fleet {
  ground: Ground
  s3: TestS3
  postgres: FaultProxy
  redis: FaultProxy
  processes: ServiceProcess[]
  accounts: Array<{ accountId: string; key: string }>
  /** An address of a process that lives; another one at each call. */
  address(): string
  /** Starts another process: what the supervisor does when one has died. */
  start(): Promise<ServiceProcess>
  /** Ends a process at once, as a crash does, and starts another in its place. */
  kill(process: ServiceProcess): Promise<void>
}

export async function startFleet(t: Test, options: { size?: number; accounts?: number; env?: Record<string, string> } = {}): Promise<Fleet> {
  const { size = 2, accounts: count = 3, env = {} } = options
  const ground = await layGround(t)
  const databaseUrl = new URL(ground.env.DATABASE_URL!)
  const socketFolder = decodeURIComponent(databaseUrl.hostname)
  const [postgres, redis] = await Promise.all([
    startProxy(t, { path: `${socketFolder}/.s.PGSQL.${databaseUrl.port}` }),
    startProxy(t, { path: ground.redis.url })
  ])
  databaseUrl.hostname = '127.0.0.1'
  databaseUrl.port = String(postgres.port)
  const throughProxies = {
    DATABASE_URL: `postgres://${databaseUrl.username}@127.0.0.1:${postgres.port}${databaseUrl.pathname}`,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    ...env
  }

  const fleet: Fleet = {
    ground,
    s3: ground.s3,
    postgres,
    redis,
    processes: [],
    accounts: await Promise.all(Array.from({ length: count }, () => makeAccount(ground))),
    address: () => {
      const living = fleet.processes.filter(({ child }) => child.exitCode === null && child.signalCode === null)
      turn++
      return living[turn % living.length]?.url ?? 'http://127.0.0.1:9'
    },
    async start() {
      const started = await startProcess(t, ground, throughProxies)
      fleet.processes.push(started)
      return started
    },
    async kill(process) {
      process.child.kill('SIGKILL')
      await process.ended
      fleet.processes.splice(fleet.processes.indexOf(process), 1)
      await fleet.start()
    }
  }
  let turn = 0
  for (let n = 0; n < size; n++) await fleet.start()
  return fleet
}
