import t from 'tap'
import { turnstile } from '../../src/engine/turnstile.ts'

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
  await t.rejects(gate.enter(never), /wait for a thread/)
  gate.leave()
  await waiting
})
