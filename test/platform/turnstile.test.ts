import t from 'tap'
import { STEP_MS, turnstile } from '../../src/platform/turnstile.ts'
import { eventually } from '../harness/eventually.ts'

const never = new AbortController().signal

t.test('lets so many in at once, the others in the order in which they came', async (t) => {
  const gate = turnstile(2, 10)
  const order: string[] = []
  await gate.enter(never)
  await gate.enter(never)
  const waiting = ['third', 'fourth'].map((name) => gate.enter(never).then(() => order.push(name)))
  t.equal(gate.free, 0)
  gate.leave()
  await waiting[0]
  t.same(order, ['third'])
  gate.leave()
  await waiting[1]
  t.same(order, ['third', 'fourth'])
})

t.test('one who gives up while waiting leaves the queue, and takes no place later', async (t) => {
  const gate = turnstile(1, 10)
  await gate.enter(never)
  const controller = new AbortController()
  const impatient = gate.enter(controller.signal)
  const patient = gate.enter(never)
  controller.abort(new Error('no longer'))
  await t.rejects(impatient, { message: 'no longer' })
  gate.leave()
  await patient
  gate.leave()
  t.equal(gate.free, 1)
})

t.test('turns away whom there is no room to wait for', async (t) => {
  const gate = turnstile(1, 1)
  await gate.enter(never)
  const waiting = gate.enter(never)
  await t.rejects(gate.enter(never), /wait already/)
  gate.leave()
  await waiting
})

t.test('the more urgent goes first, and equally urgent ones in the order in which they came', async (t) => {
  const gate = turnstile(1, 10, () => 0)
  const order: string[] = []
  await gate.enter(never)
  const waiting = [['of a batch', 3], ['of a batch, later', 3], ['a single photo', 1]] as const
  const entered = waiting.map(([name, priority]) => gate.enter(never, priority).then(() => order.push(name)))
  for (let n = 0; n < entered.length; n++) {
    gate.leave()
    await eventually(() => order.length === n + 1)
  }
  t.same(order, ['a single photo', 'of a batch', 'of a batch, later'])
})

t.test('who waits for a step is as urgent as one who comes then and stands a step higher', async (t) => {
  let now = 0
  const gate = turnstile(1, 10, () => now)
  const order: string[] = []
  await gate.enter(never)
  const entered = [gate.enter(never, 4).then(() => order.push('batch'))]
  for (let n = 1; n <= 5; n++) {
    now = n * STEP_MS
    entered.push(gate.enter(never, 1).then(() => order.push(`single ${n}`)))
  }
  for (let n = 0; n < entered.length; n++) {
    gate.leave()
    await eventually(() => order.length === n + 1)
  }
  t.same(order, ['single 1', 'single 2', 'batch', 'single 3', 'single 4', 'single 5'])
})
