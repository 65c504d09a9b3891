import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createCaller, type Circuit } from '../../../src/engine/providers/caller.ts'
import { ProviderFailure } from '../../../src/engine/providers/failure.ts'
import { eventually } from '../../harness/eventually.ts'

const never = new AbortController().signal
const soon = () => performance.now() + 10_000
const fails = (code: ConstructorParameters<typeof ProviderFailure>[0], retryAfterMs = 0) => async () => {
  throw new ProviderFailure(code, { retryAfterMs })
}
const circuits = () => {
  const seen: Circuit[] = []
  return { seen, onCircuit: (circuit: Circuit) => seen.push(circuit) }
}

/** Fails so often that the circuit opens. */
async function wearOut(caller: ReturnType<typeof createCaller>): Promise<void> {
  while (caller.circuit === 'closed') await caller.call(fails('bad_answer'), never, soon()).catch(() => undefined)
}

t.test('25 and more are asked at once; the next ones wait for a place, and may give up there', async (t) => {
  const caller = createCaller({ concurrency: 30 })
  const { promise: answer, resolve } = Promise.withResolvers<string>()
  let underWay = 0
  const attempt = async () => {
    underWay++
    return answer.finally(() => underWay--)
  }
  const all = Array.from({ length: 40 }, () => caller.call(attempt, never, soon()))
  const impatient = new AbortController()
  const gaveUp = caller.call(attempt, impatient.signal, soon())
  const late = new AbortController()
  const crowdedOut = Array.from({ length: 12 }, () => caller.call(attempt, late.signal, soon()))
  await eventually(() => underWay === 30)
  impatient.abort(new Error('gave up'))
  await t.rejects(gaveUp, { message: 'gave up' })
  late.abort(new ProviderFailure('timed_out'))
  for (const one of crowdedOut) await t.rejects(one, { code: 'crowded_out' })
  t.equal(caller.circuit, 'closed', 'that our queue was too long is no fault of the provider')
  t.equal(underWay, 30)
  resolve('yes')
  t.same(new Set(await Promise.all(all)), new Set(['yes']))
  t.equal(caller.circuit, 'closed')
})

t.test('what may pass is tried four times in all; no attempt is begun that would come too late', async (t) => {
  const caller = createCaller({ retryMs: 5 })
  let attempts = 0
  const attempt = async () => {
    attempts++
    throw new ProviderFailure('unreachable')
  }
  await t.rejects(caller.call(attempt, never, soon()), { code: 'unreachable' })
  t.equal(attempts, 4)
  attempts = 0
  await t.rejects(caller.call(attempt, never, performance.now()), { code: 'unreachable' })
  t.equal(attempts, 1)
})

t.test('a pause ends when the answer is no longer wanted', async (t) => {
  const caller = createCaller()
  const cancelled = new AbortController()
  const call = caller.call(fails('busy', 3_600_000), cancelled.signal, Infinity)
  setImmediate(() => cancelled.abort(new Error('cancelled')))
  await t.rejects(Promise.race([call, sleep(10_000, undefined, { ref: false })]), { message: 'cancelled' })
})

t.test('the circuit judges the last twenty requests, and forgives what is no fault of the provider', async (t) => {
  const caller = createCaller()
  for (let n = 0; n < 50; n++) await caller.call(fails('media_refused'), never, soon()).catch(() => undefined)
  for (let n = 0; n < 50; n++) await t.rejects(caller.call(async () => { throw new Error('cancelled') }, never, soon()))
  t.equal(caller.circuit, 'closed')
  for (let n = 0; n < 20; n++) await caller.call(async () => 'yes', never, soon())
  for (let n = 0; n < 10; n++) await caller.call(fails('timed_out'), never, soon()).catch(() => undefined)
  t.equal(caller.circuit, 'closed', 'half of them failed')
  await caller.call(fails('timed_out'), never, soon()).catch(() => undefined)
  t.equal(caller.circuit, 'open', 'more than half of them')
})

t.test('an open circuit fails at once, and so does everybody beside its trial', async (t) => {
  const { seen, onCircuit } = circuits()
  const caller = createCaller({ restMs: 100, onCircuit })
  await wearOut(caller)
  let attempts = 0
  await t.rejects(caller.call(async () => attempts++, never, soon()), { code: 'resting' })
  t.equal(attempts, 0)

  const { promise: answer, resolve } = Promise.withResolvers<string>()
  const trial = (async () => {
    for (;;) {
      try {
        return await caller.call(() => answer, never, soon())
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
  })()
  await eventually(() => caller.circuit === 'half_open')
  await t.rejects(caller.call(async () => attempts++, never, soon()), { code: 'resting' })
  resolve('well again')
  t.equal(await trial, 'well again')
  t.same(seen, ['open', 'half_open', 'closed'])
  t.equal(await caller.call(async () => 'yes', never, soon()), 'yes')
})

t.test('a trial that fails, or is called off, leaves the circuit open; one about an unreadable file closes it', async (t) => {
  const cases = { timed_out: 'open', crowded_out: 'open', media_refused: 'closed', cancelled: 'open' } as const
  for (const [outcome, circuit] of Object.entries(cases)) {
    const { seen, onCircuit } = circuits()
    const caller = createCaller({ restMs: 20, onCircuit })
    await wearOut(caller)
    const attempt = async () => {
      throw outcome === 'cancelled' ? new Error(outcome) : new ProviderFailure(outcome as 'timed_out')
    }
    await eventually(async () => {
      await caller.call(attempt, never, soon()).catch(() => undefined)
      return seen.length === 3
    })
    t.same(seen, ['open', 'half_open', circuit], outcome)
  }
})

t.test('whoever was answered badly before the circuit opened is told that, not that the provider is left alone', async (t) => {
  const caller = createCaller({ retryMs: 20 })
  const told = await Promise.all(Array.from({ length: 12 }, () => caller.call(fails('unreachable'), never, soon()).catch((error: ProviderFailure) => error.code)))
  t.equal(caller.circuit, 'open')
  t.same(new Set(told), new Set(['unreachable']))
  t.equal(await caller.call(fails('unreachable'), never, soon()).catch((error: ProviderFailure) => error.code), 'resting')
})
