import type { french } from './fr/french.ts'

/**
 * What the service says to people, in any of its languages: the way of gettext. The English message stands in the code
 * where it is said, in ICU's syntax; the French one in a catalogue under the English text. A sentence is plain data that
 * can be stored and sent, and is rendered for whoever reads it.
 */
export type Sentence = {
  /** The English message. */
  readonly text: string
  readonly values?: Readonly<Record<string, Value>>
}

/**
 * What is put in for an argument. A string is plain text, whatever stands in it, and a number written `{n}` keeps its
 * digits as they are (a year, a quality, an id); `{n, number}` groups them and has the decimal sign of the language.
 */
export type Value = string | number | Sentence

/** What stands in rows from before there were sentences is a plain string. */
export type Said = Sentence | string

/** Every English message that has a French one. */
export type Text = keyof typeof french

/** The names of a message's arguments. What stands in a branch of a plural or select has a space or a # in it. */
type ArgumentOf<T extends string> = T extends `${string}{${infer Rest}` ? NameAt<Rest> | ArgumentOf<Rest> : never
type NameAt<Rest extends string> = Rest extends `${infer Head}}${string}` ? WithoutFormat<Head> : never
type WithoutFormat<Head extends string> = Head extends `${infer Name},${string}` ? Word<Name> : Word<Head>
type Word<Name extends string> = Name extends '' | `${string}${' ' | '#'}${string}` ? never : Name
type ValuesOf<T extends string> = [ArgumentOf<T>] extends [never] ? [] : [values: { [Name in ArgumentOf<T>]: Value }]

/** What is to be said: does not compile without its French, or without its values. */
export function sentence<const T extends Text>(text: T, ...[values]: ValuesOf<T>): Sentence {
  return values === undefined ? { text } : { text, values }
}

/** Several sentences, one after the other. */
export function paragraph(first: Sentence, ...others: readonly Sentence[]): Sentence {
  return others.reduce((before, after) => sentence('{before} {after}', { before, after }), first)
}

/** Things of a kind, as a list. */
export function listed(first: Sentence, ...others: readonly Sentence[]): Sentence {
  return others.reduce((before, after) => sentence('{before}, {after}', { before, after }), first)
}

/** What somebody else has said, in whichever language. */
export const quoted = (said: string): Sentence => sentence('{said}', { said })

export const isSentence = (given: unknown): given is Sentence =>
  typeof given === 'object' && given !== null && typeof (given as Sentence).text === 'string'
