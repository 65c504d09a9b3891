import t from 'tap'
import type { Caller } from '../../src/accounts/apiKeys.ts'
import { watchAccess } from '../../src/events/access.ts'
import { eventually } from '../harness/eventually.ts'

const someone = (n: number): Caller => ({ accountId: String(n), plan: 'FREE', role: 'user', emailConfirmed: true, scopes: [], apiKeyId: String(n), sessionHash: null })

/** A watch whose questions are answered by the test. */
function watch(everyMs: number) {
  const asked: Caller[][] = []
  const ended: string[] = []
  const play = { answer: async (callers: Caller[]): Promise<Set<Caller>> => new Set(callers) }
  const access = watchAccess<string>({
    everyMs,
    stillValid: (callers) => {
      asked.push(callers)
      return play.answer(callers)
    },
    end: (stream) => ended.push(stream)
  })
  t.teardown(() => access.close())
  return { access, asked, ended, play }
}

t.test('streams that have reason to ask at the same time are asked for together', async (t) => {
  const { access, asked, ended } = watch(1_000_000)
  for (let n = 0; n < 1_200; n++) access.add(`stream ${n}`, someone(n))
  for (let n = 0; n < 1_200; n++) access.look(`stream ${n}`)
  await eventually(() => asked.flat().length === 1_200)
  t.ok(asked.length <= 4, `${asked.length} questions`)
  t.same(ended, [])
})

t.test('a stream ends when its caller is none any longer, and the others do not', async (t) => {
  const { access, asked, ended, play } = watch(10)
  const [one, other] = [someone(1), someone(2)]
  access.add('one', one)
  access.add('other', other)
  play.answer = async () => new Set([other])
  await eventually(() => ended.length > 0)
  access.remove('one')
  const before = asked.length
  await eventually(() => asked.length > before + 1)
  t.same([...new Set(ended)], ['one'])
  t.same(asked.at(-1), [other], 'who is gone is asked for no more')
})

t.test('what changes while it is looked is looked at again', async (t) => {
  const { access, asked, play } = watch(1_000_000)
  access.add('one', someone(1))
  const { promise, resolve } = Promise.withResolvers<Set<Caller>>()
  play.answer = () => promise
  access.look('one')
  access.look('one')
  t.equal(asked.length, 1)
  resolve(new Set(asked[0]))
  await eventually(() => asked.length === 2)
  t.equal(asked.length, 2)
})

t.test('a database that is away ends no stream, and is asked again', async (t) => {
  const { access, asked, ended, play } = watch(10)
  access.add('one', someone(1))
  play.answer = () => Promise.reject(new Error('away'))
  await eventually(() => asked.length > 2)
  t.same(ended, [])
})
