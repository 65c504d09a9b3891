import t from 'tap'
import { storable, storableSentence, storableText } from '../../src/engine/storable.ts'
import { say } from '../../src/language/say.ts'
import { paragraph, sentence } from '../../src/language/sentence.ts'

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

t.test('of a sentence what it quotes is stored as text is, wherever it stands', async (t) => {
  const quote = (said: string) => sentence('The file names a camera ({model}). Such fields can be copied or written by anyone, so this proves nothing by itself.', { model: said })
  const stored = storableSentence(paragraph(quote('a\u0000b'), quote('\uD800'), quote('x'.repeat(10_000)), sentence('missing')))
  const told = JSON.stringify(stored)
  t.ok(told.isWellFormed())
  t.notMatch(told, String.raw`\u0000`)
  t.ok(told.length < 2_000)
  t.match(say(stored, 'fr'), /appareil photo \(a\uFFFDb\).*\(\uFFFD\).*\(x{400,500}….*absente$/)
  let deep = sentence('missing')
  for (let n = 0; n < 1_000; n++) deep = paragraph(deep, sentence('missing'))
  t.ok(JSON.stringify(storableSentence(deep)).length < 5_000, 'and not deeper than anybody reads')
})
