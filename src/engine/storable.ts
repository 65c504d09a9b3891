import type { Sentence, Value } from '../language/sentence.ts'
import type { Json } from './types.ts'

/** Bounds on what one value may hold on its way out of the engine. The file's author chooses much of it. */
const maxStringLength = 2_000
const maxItems = 200
const maxDepth = 8
/** Sentences within a sentence: far more than any of ours. */
const maxNesting = 20
/** What a sentence quotes of a file. */
const maxQuotedLength = 500

/**
 * Makes of any value one that PostgreSQL's `jsonb` and structured cloning take: no U+0000, no lone surrogates, no
 * NaN, no functions, bounded in length, number and depth. Everything that leaves the engine goes through here once.
 */
export function storable(value: unknown, depth = 0): Json {
  switch (typeof value) {
    case 'string':
      return storableText(value, maxStringLength)
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return value.toString()
    case 'boolean':
      return value
    case 'object':
      if (value === null || depth >= maxDepth) return null
      if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => storable(item, depth + 1))
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, item]) => item !== undefined && typeof item !== 'function')
          .slice(0, maxItems)
          .map(([key, item]) => [storableText(key, 200), storable(item, depth + 1)])
      )
    default:
      return null
  }
}

/** Cuts a text to `maxLength` UTF-16 units, an ellipsis included, and replaces what can't be stored by U+FFFD. */
export function storableText(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return cut.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/** The same for a sentence: its text is ours, its values may be the file's. */
export function storableSentence({ text, values }: Sentence, depth = 0): Sentence {
  if (values === undefined || depth >= maxNesting) return { text }
  return { text, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, storableValue(value, depth)])) }
}

function storableValue(value: Value, depth: number): Value {
  if (typeof value === 'string') return storableText(value, maxQuotedLength)
  if (typeof value === 'number') return Number.isFinite(value) ? value : '?'
  return storableSentence(value, depth + 1)
}
