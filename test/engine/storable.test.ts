import t from 'tap'
import { storable, storableText } from '../../src/engine/storable.ts'

t.test('text that PostgreSQL can not store is replaced', async (t) => {
  t.equal(storable('a\u0000b'), 'a\uFFFDb')
  t.equal(storable('\uD800 and \uDC00'), '\uFFFD and \uFFFD')
  t.equal(storable('😀'), '😀')
  t.same(storable({ 'k\u0000': 1 }), { 'k\uFFFD': 1 })
})

t.test('a text is cut to a length, and not through the middle of a character', async (t) => {
  t.equal(storableText('abcdef', 4), 'abc…')
  t.equal(storableText('ab😀def', 4), 'ab\uFFFD…')
  t.equal(storableText('abcd', 4), 'abcd')
})

t.test('values become JSON, bounded in number and depth', async (t) => {
  t.same(storable({ a: Number.NaN, b: 10n, c: () => 1, d: undefined, e: Symbol('x'), f: true }), { a: null, b: '10', e: null, f: true })
  t.equal((storable(Array.from({ length: 10_000 }, () => 1)) as unknown[]).length, 200)
  t.equal(Object.keys(storable(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [i, i]))) as object).length, 200)
  const loop: { self?: unknown } = {}
  loop.self = loop
  t.ok(JSON.stringify(storable(loop)).length < 1_000)
})

t.test('a key named __proto__ is a key like any other', async (t) => {
  const value = storable(JSON.parse('{"__proto__": {"polluted": true}}')) as object
  t.equal(JSON.stringify(value), '{"__proto__":{"polluted":true}}')
  t.notOk('polluted' in {})
})
