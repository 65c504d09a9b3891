import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { preferredWait } from '../../src/analyses/wait.ts'
import { createQuarantine } from '../../src/ledger/quarantine.ts'
import { retryDelayMs } from '../../src/ledger/queue.ts'
import { jobPriority, plans } from '../../src/limits/plans.ts'

t.test('the pause before an attempt doubles from its first, up to a minute', async (t) => {
  t.same([1, 2, 3, 4, 5, 6].map((made) => retryDelayMs(5_000, made)), [5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
})

t.test('priority is a whole number from 1 that grows with what an account has in flight, slower on a larger plan', async (t) => {
  t.same([0, 1, 3, 49].map((files) => jobPriority(plans.FREE, files)), [1, 2, 4, 50])
  t.same([0, 1, 3, 49].map((files) => jobPriority(plans.PRO, files)), [1, 2, 2, 14])
  t.same([0, 1, 3, 49].map((files) => jobPriority(plans.PREMIUM, files)), [1, 2, 2, 5])
})

t.test('a preference to wait is read as RFC 7240 writes it', async (t) => {
  const cases: Array<[string | undefined, number | undefined]> = [
    [undefined, undefined],
    ['wait=20', 20],
    ['respond-async, wait=10', 10],
    ['return=minimal; foo, Wait = "7"', 7],
    ['wait=999999', 60],
    ['wait=0', 0],
    ['wait', undefined],
    ['wait=-1', undefined],
    ['awaits=5', undefined]
  ]
  for (const [header, seconds] of cases) t.equal(preferredWait(header), seconds, String(header))
})

t.test('who is suspected works alone: after those before, and before those after', async (t) => {
  const quarantine = createQuarantine()
  const log: string[] = []
  const gates = new Map<string, () => void>()
  const work = (name: string) => async () => {
    log.push(`+${name}`)
    await new Promise<void>((resolve) => gates.set(name, resolve))
    log.push(`-${name}`)
  }
  const done = [
    quarantine.together(work('a')),
    quarantine.together(work('b')),
    quarantine.alone(work('suspect')),
    quarantine.together(work('c')),
    quarantine.alone(work('second suspect'))
  ]
  const open = async (name: string) => {
    gates.get(name)?.()
    for (let turns = 0; turns < 5; turns++) await turn()
  }
  await turn()
  t.same(log, ['+a', '+b'])
  await open('a')
  t.same(log, ['+a', '+b', '-a'], 'it waits for everybody')
  await open('b')
  t.same(log.slice(3), ['-b', '+suspect'])
  await open('suspect')
  t.equal(log[5], '-suspect')
  t.same(log.slice(6), ['+c'])
  await open('c')
  await open('second suspect')
  await Promise.all(done)
  t.same(log.slice(6), ['+c', '-c', '+second suspect', '-second suspect'])
})

t.test('a suspect that fails lets the others go on', async (t) => {
  const quarantine = createQuarantine()
  await t.rejects(quarantine.alone(() => Promise.reject(new Error('it broke'))))
  t.equal(await quarantine.together(async () => 1), 1)
})
