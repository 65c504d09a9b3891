import { effect, signal } from '@preact/signals'
import { keep, kept } from '../state/kept.ts'

export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

const isLanguage = (tag: string | null | undefined): tag is Language => languages.some((language) => language === tag)

/** What was chosen here before, else the first of the browser's languages that the app speaks, else English. */
function firstLanguage(): Language {
  const chosen = kept('language')
  if (isLanguage(chosen)) return chosen
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en'
}

/** The language of the page. It is changed by `speak` (`texts.ts`), when its texts are there. */
export const language = signal<Language>(firstLanguage())

effect(() => {
  document.documentElement.lang = language.value
})

export const keepLanguage = (chosen: Language) => keep('language', chosen)
