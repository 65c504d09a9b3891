import type { Pool } from 'pg'
import type { Measures } from '../measures.ts'

type Call = (...args: unknown[]) => unknown

/**
 * Has a pool tell how long its queries take, and how long a connection is waited for: one that is in use, or one that has yet to be
 * made. To be called before it is used.
 * @param name tells it from others of the process
 */
export function measurePool(pool: Pool, name: string, measures: Measures): void {
  // Also what the pool does for a query of its own goes through these.
  wrap(pool, 'connect', (_outcome, seconds) => measures.poolWaited(name, seconds))
  pool.on('connect', (client) => wrap(client, 'query', (outcome, seconds) => measures.postgresTook(name, outcome, seconds)))
}

function wrap<Name extends string>(target: { [name in Name]: unknown }, name: Name, took: (outcome: 'ok' | 'error', seconds: number) => void): void {
  const call = (target[name] as Call).bind(target)
  const timed: Call = (...args) => {
    const began = performance.now()
    const end = (error?: unknown) => took(error == null ? 'ok' : 'error', (performance.now() - began) / 1_000)
    // node-postgres answers by a callback where it is given one, else by a promise.
    const callback = args.at(-1)
    if (typeof callback === 'function') {
      return call(...args.slice(0, -1), (error: unknown, ...rest: unknown[]) => {
        end(error)
        ;(callback as Call)(error, ...rest)
      })
    }
    const answer = call(...args)
    if (answer instanceof Promise) answer.then(() => end(), (error: unknown) => end(error ?? 'rejected'))
    return answer
  }
  target[name] = timed
}
