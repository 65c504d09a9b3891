import { LRUCache } from 'lru-cache'
import { IntlMessageFormat, type Formats } from 'intl-messageformat'
import { french } from './fr/french.ts'
import type { Language } from './language.ts'
import { isSentence, type Said, type Sentence, type Text } from './sentence.ts'

/** `{at, date, utc}`: a point in time, in milliseconds since 1970. */
const utc = {
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: 'UTC', timeZoneName: 'short'
} as const
const formats: Partial<Formats> = { date: { utc } }

const locales = { en: 'en-GB', fr: 'fr-FR' } satisfies Record<Language, string>

/** Parsing a message costs far more than rendering it. There are a few hundred messages in each language. */
const messages = new LRUCache<string, IntlMessageFormat>({ max: 1_000 })

/**
 * Renders a sentence. A plain string, stored before there were sentences, is said as it is; so is, in English, a stored
 * sentence whose text is not in the catalogue any more.
 */
export function say(said: Said, language: Language): string {
  if (typeof said === 'string') return said
  const { text, values } = said
  const [message, locale] = language === 'fr' && Object.hasOwn(french, text) ? [french[text as Text], locales.fr] : [text, locales.en]
  try {
    return String(parsed(message, locale).format(plainValues(values, language)))
  } catch {
    // Only a stored sentence can be here, of an older or a newer version, with other values or another syntax. Half understood is better than nothing.
    return text
  }
}

const plainValues = (values: Sentence['values'] = {}, language: Language) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isSentence(value) ? say(value, language) : value]))

function parsed(message: string, locale: string): IntlMessageFormat {
  const key = `${locale} ${message}`
  let found = messages.get(key)
  if (found === undefined) {
    found = new IntlMessageFormat(message, locale, formats, { ignoreTag: true })
    messages.set(key, found)
  }
  return found
}
