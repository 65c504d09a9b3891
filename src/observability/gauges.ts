import { Gauge, type Registry } from '@prometheus-io/client'
import type { Pool } from 'pg'
import type { Engine } from '../engine/pool.ts'
import type { Provider } from '../engine/providers/provider.ts'
import { planNames } from '../limits/plans.ts'
import type { QueueFigures } from './queue.ts'
import type { Readiness } from './readiness.ts'

/** Adds what is asked for at each scrape. None of it fails a scrape or holds it up: what can't be known then is left out. */

/** `up` and `down` of what the process stands on. */
export function watchParts(register: Registry, readiness: () => Promise<Readiness>): void {
  gauge(register, 'ready', 'Whether this process can work, as /readyz says', [], async (ready) => {
    ready.set((await readiness()).status === 'unavailable' ? 0 : 1)
  })
  gauge(register, 'part_up', 'Whether a part that the process stands on answers', ['part'], async (up) => {
    for (const [part, state] of Object.entries((await readiness()).parts)) up.set({ part }, state === 'up' ? 1 : 0)
  })
}

/** The whole service's queue, in PostgreSQL: every process says the same. */
export function watchQueueGauges(register: Registry, queue: () => Promise<QueueFigures[] | undefined>): void {
  const add = (name: string, help: string, state: QueueFigures['state'], figure: 'analyses' | 'oldestSeconds') =>
    gauge(register, name, `${help}; of the whole service, the same from every process`, ['plan'], async (of) => {
      const figures = await queue()
      of.reset()
      if (figures === undefined) return
      for (const plan of planNames) of.set({ plan }, figures.find((row) => row.plan === plan && row.state === state)?.[figure] ?? 0)
    })
  add('queue_depth', 'Analyses that wait to be worked on', 'queued', 'analyses')
  add('queue_oldest_waiting_seconds', 'How long the longest waiting analysis has waited', 'queued', 'oldestSeconds')
  add('queue_processing', 'Analyses that are being worked on, or wait for another attempt', 'processing', 'analyses')
  add('queue_oldest_processing_seconds', 'How long ago the first attempt at the oldest of them began', 'processing', 'oldestSeconds')
}

/** The threads that analyse files, of a process that has some. */
export function watchEngine(register: Registry, engine: Engine): void {
  gauge(register, 'engine_threads', 'Files that this process can analyse at a time', [], (threads) => threads.set(engine.threads))
  gauge(register, 'engine_threads_busy', 'Of these, those that are at a file', [], (busy) => busy.set(engine.busy))
  gauge(register, 'engine_waiting', 'Files in this process that wait for a thread', [], (waiting) => waiting.set(engine.waiting))
}

/** @param pools the connection pools of the process, by the names under which their queries are measured */
export function watchPools(register: Registry, pools: Record<string, Pool>): void {
  const add = (name: string, help: string, figure: (pool: Pool) => number) =>
    gauge(register, `postgres_pool_${name}`, help, ['pool'], (of) => {
      for (const [pool, found] of Object.entries(pools)) of.set({ pool }, figure(found))
    })
  add('connections', 'Open connections to PostgreSQL', (pool) => pool.totalCount)
  add('connections_busy', 'Of these, those that are in use', (pool) => pool.totalCount - pool.idleCount)
  add('connections_max', 'As many as there may be', (pool) => pool.options.max)
  add('waiting', 'Who waits for a connection', (pool) => pool.waitingCount)
}

/** For each provider that can be left alone: 1 while it is, 0.5 while a single request tries it, 0 while it is asked as always. */
export function watchCircuits(register: Registry, providers: readonly Provider[]): void {
  const values = { closed: 0, half_open: 0.5, open: 1 }
  gauge(register, 'provider_circuit_open', 'Whether a provider is left alone because it failed too often', ['provider'], (open) => {
    for (const { id, circuit } of providers) if (circuit !== undefined) open.set({ provider: id }, values[circuit()])
  })
}

function gauge<Label extends string>(
  register: Registry,
  name: string,
  help: string,
  labelNames: Label[],
  read: (gauge: Gauge<Label>) => void | Promise<void>
): void {
  const made: Gauge<Label> = new Gauge<Label>({ name: `faketect_${name}`, help, labelNames, registers: [register], collect: () => read(made) })
}
