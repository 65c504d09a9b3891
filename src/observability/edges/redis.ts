import type { Measures } from '../measures.ts'

/** What every command of ioredis goes through, in pipelines and scripts as well. */
interface SendsCommands {
  sendCommand(...args: never[]): unknown
}

/** Has a connection tell how long its commands take, those that fail for want of Redis too. Not for one that blocks. */
export function measureRedis<Connection extends SendsCommands>(redis: Connection, measures: Measures): Connection {
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (...args) => {
    const began = performance.now()
    const end = (outcome: 'ok' | 'error') => measures.redisTook(outcome, (performance.now() - began) / 1_000)
    const answer = send(...args) as Promise<unknown>
    answer.then(() => end('ok'), () => end('error'))
    return answer
  }
  return redis
}
