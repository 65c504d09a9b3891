import type { Engine } from '../engine/pool.ts'
import type { Postgres } from '../platform/postgres.ts'
import { checkRedis, type Redis } from '../platform/redis.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { within } from '../platform/within.ts'

export interface Checked {
  postgres: Postgres
  redis: Redis
  storage: Storage
  /** Absent on a machine that works on nothing. */
  engine: Engine | undefined
}

export type PartState = 'up' | 'down'

export interface Readiness {
  /** Without Redis the machine is `degraded`, and still ready. */
  status: 'ready' | 'degraded' | 'unavailable'
  parts: { postgres: PartState; redis: PartState; storage: PartState; engine?: PartState }
}

const CHECK_TIMEOUT_MS = 2_000
/** Checkers come often and many at a time; the answer stays good for so long. */
const KEEP_MS = 1_000

/** @returns a function that asks whether what the process stands on answers, all at once and for 2 seconds at most; it never throws */
export function watchReadiness({ postgres, redis, storage, engine }: Checked): () => Promise<Readiness> {
  let kept: { at: number; answer: Promise<Readiness> } | undefined

  async function look(): Promise<Readiness> {
    const [postgresPart, redisPart, storagePart, enginePart] = await Promise.all([
      answers(() => postgres.check()),
      answers(() => checkRedis(redis)),
      answers(() => storage.check()),
      engine && answers(() => engine.check())
    ])
    const broken = postgresPart === 'down' || storagePart === 'down' || enginePart === 'down'
    const status = broken ? 'unavailable' : redisPart === 'down' ? 'degraded' : 'ready'
    return { status, parts: { postgres: postgresPart, redis: redisPart, storage: storagePart, ...(enginePart && { engine: enginePart }) } }
  }

  return () => {
    if (kept === undefined || performance.now() - kept.at > KEEP_MS) kept = { at: performance.now(), answer: look() }
    return kept.answer
  }
}

async function answers(check: () => Promise<unknown>): Promise<PartState> {
  return within(CHECK_TIMEOUT_MS, check(), 'No answer').then(
    () => 'up' as const,
    () => 'down' as const
  )
}
