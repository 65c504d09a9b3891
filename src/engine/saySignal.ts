import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import { isSentence, type Said } from '../language/sentence.ts'
import type { Json, Signal } from './types.ts'

/** A signal as rows hold it: those of earlier engines in plain strings. */
export type StoredSignal = Omit<Signal, 'meaning'> & { meaning: Said }

/** The lists among what is measured that hold sentences for people: the table of fields, and the time line of a video. */
const lists = ['rows', 'timeline'] as const

/** A signal in the language of whoever reads it. */
export function saySignal({ meaning, measured, ...signal }: StoredSignal, language: Language): Omit<Signal, 'meaning'> & { meaning: string } {
  const said = lists.flatMap((name) => (Array.isArray(measured[name]) ? [[name, measured[name].map((row) => sayRow(row, language))]] : []))
  return { ...signal, meaning: say(meaning, language), measured: { ...measured, ...Object.fromEntries(said) } }
}

/** A sentence, or a list of them in one line. */
function sayValue(value: Json, language: Language): Json {
  if (Array.isArray(value) && value.every(isSentence)) return value.map((one) => say(one, language)).join(', ')
  return isSentence(value) ? say(value, language) : value
}

function sayRow(row: Json, language: Language): Json {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, sayValue(value, language)]))
}
