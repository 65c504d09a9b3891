import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { french } from '../../src/language/fr/french.ts'

const entries = Object.entries(french)
const read = (message: string) => parse(message, { ignoreTag: true })

/** The arguments of a message with how they are rendered: what both languages have to have alike. */
function argumentsOf(elements: MessageFormatElement[]): string[] {
  const found = new Set<string>()
  const visit = (parts: MessageFormatElement[]) => {
    for (const part of parts) {
      if (part.type === TYPE.literal || part.type === TYPE.pound) continue
      const style = 'style' in part && typeof part.style === 'string' ? part.style : ''
      found.add(`${part.value} ${TYPE[part.type]} ${style}`)
      if ('options' in part) for (const { value } of Object.values(part.options)) visit(value)
      if (part.type === TYPE.tag) visit(part.children)
    }
  }
  visit(elements)
  return [...found].toSorted()
}

/** What is said literally, without arguments. */
function wordsOf(elements: MessageFormatElement[]): string {
  return elements
    .map((part) => (part.type === TYPE.literal ? part.value : 'options' in part ? Object.values(part.options).map(({ value }) => wordsOf(value)).join('|') : 'x'))
    .join('')
}

t.test('both languages of a message can be parsed, and have the same arguments', async (t) => {
  t.ok(entries.length > 100)
  for (const [english, translated] of entries) t.same(argumentsOf(read(translated)), argumentsOf(read(english)), english)
})

t.test('plurals have the branches that their language needs', async (t) => {
  const branches = (elements: MessageFormatElement[]): string[][] =>
    elements.flatMap((part) => (part.type === TYPE.plural ? [Object.keys(part.options)] : []))
  for (const [english, translated] of entries) {
    for (const named of branches(read(english))) t.same(named.filter((name) => !name.startsWith('=')), ['one', 'other'], english)
    // "many" is for millions, of which nothing here is counted.
    for (const named of branches(read(translated))) t.same(named.filter((name) => !name.startsWith('=')), ['one', 'other'], translated)
  }
})

t.test('French is set as French: its apostrophe, its quotation marks, and no line break before : ; ? ! and »', async (t) => {
  for (const [, translated] of entries) {
    const words = wordsOf(read(translated))
    t.notMatch(words, /[\p{L}]'[\p{L}]/u, translated)
    t.notMatch(words, / [:;?!»]|« |"/, translated)
    t.notMatch(words, /[\p{L}»)][;?!](\s|$)/u, translated)
  }
})

t.test('nothing is in the catalogue that is not said anywhere', async (t) => {
  const root = join(import.meta.dirname, '../../src')
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts') && !name.startsWith(join('language', 'fr')))
  const source = (await Promise.all(files.map((name) => readFile(join(root, name), 'utf8')))).join('\n')
  // As a string stands in the source: in single quotes, or in double ones where it has single ones in it.
  for (const [english] of entries) t.ok(source.includes(`'${english.replaceAll("'", "\\'")}'`) || source.includes(`"${english}"`), english)
})
