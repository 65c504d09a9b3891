import { batch, signal } from '@preact/signals'
import { keepLanguage, language, type Language } from './current.ts'
import type { Texts } from './en.ts'

/** Each language is a file of its own: nobody loads those that they don't read. */
const catalogues: Record<Language, () => Promise<Texts>> = {
  en: async () => (await import('./en.ts')).en,
  fr: async () => (await import('./fr.ts')).fr
}

const loaded = signal<Texts | undefined>(undefined)
const there = Promise.withResolvers<void>()

/** Resolves when there are texts; never where they can't be had, as nothing is drawn then. */
export const textsAreThere = there.promise

/**
 * Everything that the page says, in its language: `const { signIn: t } = texts.value` in a component, which is drawn
 * again when the language changes.
 */
export const texts = {
  get value(): Texts {
    if (loaded.value === undefined) throw new Error('The texts are not loaded yet')
    return loaded.value
  }
}

/** Loads the texts before anything is drawn. */
export async function loadTexts(): Promise<void> {
  loaded.value = await catalogues[language.value]()
  there.resolve()
}

/** Changes the language, and keeps the choice. */
export async function speak(chosen: Language): Promise<void> {
  const texts = await catalogues[chosen]()
  keepLanguage(chosen)
  batch(() => {
    language.value = chosen
    loaded.value = texts
  })
}
