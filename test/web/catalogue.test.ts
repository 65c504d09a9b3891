import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

/** What the catalogues ask of a browser when they are loaded. */
Object.assign(globalThis, { document: { documentElement: {} } })
let formatters = 0
for (const kind of ['NumberFormat', 'PluralRules', 'DateTimeFormat', 'RelativeTimeFormat', 'ListFormat'] as const) {
  Object.assign(Intl, { [kind]: new Proxy(Intl[kind], { construct: (...given: [never, never, never]) => (formatters++, Reflect.construct(...given)) }) })
}
const { en } = await import('../../src/web/language/en.ts')
const { fr } = await import('../../src/web/language/fr.ts')

const root = join(import.meta.dirname, '../../src/web')
const sources = globSync('**/*.{ts,tsx}', { cwd: root, exclude: ['language/**'] })
  .map((file) => readFileSync(join(root, file), 'utf8'))

t.test('nothing is formatted before it is said: a catalogue is loaded in the language before it, and making a formatter takes long', async (t) => {
  t.equal(formatters, 0)
  t.match(fr.dispute.noteHint(2_000), /2.000/)
  t.equal(formatters, 1)
})

type Entry = [path: string[], value: unknown]

/** Everything that can be said, with the names that lead to it. */
const entries = (value: unknown, path: string[] = []): Entry[] =>
  typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, inner]) => entries(inner, [...path, key])) : [[path, value]]

t.test('both languages say the same things', async (t) => {
  const shape = (texts: unknown) => entries(texts).map(([path, value]) => `${path.join('.')}: ${typeof value}`).sort()
  t.same(shape(fr), shape(en))
  for (const [path, value] of [...entries(en), ...entries(fr)]) t.not(typeof value === 'string' ? value.trim() : value, '', path.join('.'))
})

/** Whether a source says something: `texts.value.signIn.title`, or `t.title` after `const { signIn: t } = texts.value`. */
function says(source: string, group: string, key: string): boolean {
  const aliases = [...source.matchAll(new RegExp(`\\{[^{}]*\\b${group}\\b(?:: (\\w+))?[^{}]*\\} = texts\\.value`, 'g'))].map(([, alias]) => alias ?? group)
  const shorter = [...source.matchAll(new RegExp(`(\\w+) = texts\\.value\\.${group}\\b`, 'g'))].flatMap(([, alias]) => alias ?? [])
  return [`texts\\.value\\.${group}`, ...aliases, ...shorter].some((name) => new RegExp(`\\b${name}\\.${key}\\b|\\b${key}\\b[^{}]*\\} = ${name}\\b`).test(source))
}

t.test('everything in the catalogue is said somewhere', async (t) => {
  for (const [group, texts] of Object.entries(en)) {
    for (const key of Object.keys(texts)) t.ok(sources.some((source) => says(source, group, key)), `${group}.${key}`)
  }
})

t.test('French is set as French is', async (t) => {
  for (const [path, value] of entries(fr)) {
    const text = typeof value === 'string' ? value : String(value).replaceAll(/\$\{[^}]*\}/g, '…')
    if (typeof value !== 'string' && !/["'`]/.test(text)) continue
    const said = typeof value === 'string' ? [text] : [...text.matchAll(/(["'`])((?:(?!\1).)*)\1/g)].map(([, , inner = '']) => inner)
    for (const part of said) {
      t.notMatch(part, /[^\u00A0\u202F\s:;?!»][;?!»]|[\p{L}»…]:(?=\s|$)/u, `${path.join('.')}: a no-break space stands before : ; ? ! and »`)
      t.notMatch(part, / [:;?!»]|« /, `${path.join('.')}: … and it must not break`)
      t.notMatch(part, /'/, `${path.join('.')}: the apostrophe is ’`)
    }
  }
})
