import t from 'tap'
import { preferredLanguage } from '../../src/language/language.ts'
import { say } from '../../src/language/say.ts'
import { sentence, type Sentence } from '../../src/language/sentence.ts'

t.test('a sentence is plain data, and said in the language of whoever reads it', async (t) => {
  const stored = JSON.parse(JSON.stringify(sentence('A file may have at most {megabytes, number} MB.', { megabytes: 1234.5 }))) as Sentence
  t.same(stored, { text: 'A file may have at most {megabytes, number} MB.', values: { megabytes: 1234.5 } })
  t.equal(say(stored, 'en'), 'A file may have at most 1,234.5 MB.')
  t.equal(say(stored, 'fr'), 'Un fichier peut avoir au plus 1\u202f234,5 Mo.')
})

t.test('a sentence without its French, or without its values, does not compile', async (t) => {
  // @ts-expect-error -- nobody has said it in French
  t.same(sentence('Nobody has translated this.'), { text: 'Nobody has translated this.' })
  // @ts-expect-error -- a value is missing
  sentence('Nothing answers {method} here.', {})
  // @ts-expect-error -- one is too many
  sentence('It was cropped as well.', { method: 'GET' })
  // @ts-expect-error -- of a plural as well
  sentence('{bytes, plural, one {# byte} other {# bytes}}', { byte: 1 })
})

t.test('plurals follow the rules of the language', async (t) => {
  const atLeast = (limit: number) => sentence('must have at least {limit, plural, one {# character} other {# characters}}', { limit })
  t.equal(say(atLeast(0), 'en'), 'must have at least 0 characters')
  t.equal(say(atLeast(0), 'fr'), 'doit avoir au moins 0 caractère')
  t.equal(say(atLeast(2), 'fr'), 'doit avoir au moins 2 caractères')
})

t.test('a point in time is said in UTC wherever the service stands', async (t) => {
  const opens = sentence('The next month begins at {opensAt, date, utc}.', { opensAt: Date.UTC(2026, 11, 1) })
  t.equal(say(opens, 'en'), 'The next month begins at 1 Dec 2026, 00:00:00 UTC.')
  t.match(say(opens, 'fr'), /^Le mois prochain commence le 1 déc\. 2026.* UTC\.$/)
})

t.test('a sentence within a sentence is said in the same language', async (t) => {
  const nested = sentence('{pointer}: {reason}', { pointer: 'body/url', reason: sentence('is not valid') })
  t.equal(say(nested, 'en'), 'body/url: is not valid')
  t.equal(say(nested, 'fr'), 'body/url\u00a0: n’est pas valide')
})

t.test('a value is text, whatever stands in it', async (t) => {
  for (const hostile of ['{method}', '{x, plural, one {#}}', "'{'", '<b>#</b>', '\\{', '}{', '', '__proto__']) {
    t.equal(say(sentence('Nothing answers {method} here.', { method: hostile }), 'en'), `Nothing answers ${hostile} here.`)
    t.equal(say(sentence('Nothing answers {method} here.', { method: hostile }), 'fr'), `Rien ne répond à ${hostile} ici.`)
  }
})

t.test('what was stored by another version is said as well as it can be', async (t) => {
  t.equal(say('A row from before: {x} is 50 %', 'fr'), 'A row from before: {x} is 50 %')
  t.equal(say({ text: 'Not in the catalogue: {n, number} {name}.', values: { n: 1234, name: 'x' } }, 'fr'), 'Not in the catalogue: 1,234 x.')
  t.equal(say({ text: 'Nothing answers {method} here.' }, 'en'), 'Nothing answers {method} here.', 'a value is missing')
  t.equal(say({ text: 'Broken {', values: {} }, 'fr'), 'Broken {')
  t.equal(say({ text: 'constructor' }, 'fr'), 'constructor')
  t.equal(say(JSON.parse('{"text": "No {values}", "values": null}'), 'fr'), 'No {values}')
})

t.test('the language is the one that the client would rather read, of those that there are', async (t) => {
  for (const [header, language] of [
    [undefined, 'en'], ['', 'en'], ['*', 'en'], ['fr', 'fr'], ['fr-CA', 'fr'], ['FR', 'fr'], ['en-GB,en;q=0.9,fr;q=0.8', 'en'], ['de,fr;q=0.5', 'fr'],
    ['de', 'en'], ['en;q=0, fr;q=0.1', 'fr'], ['fr;q=0', 'en'], [';;;,,,=', 'en'], ['fr'.repeat(2_000), 'en']
  ] as const) {
    t.equal(preferredLanguage(header), language, String(header))
  }
})
