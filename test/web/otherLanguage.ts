import type { Page } from 'playwright-core'
import { french } from '../../src/language/fr/french.ts'
import type { Language } from '../../src/web/language/current.ts'

/** What the catalogues ask of a browser when they are loaded. */
Object.assign(globalThis, { document: { documentElement: {} } })
const [{ en }, { fr }] = await Promise.all([import('../../src/web/language/en.ts'), import('../../src/web/language/fr.ts')])

/** What the app says, by the language. */
export const catalogues = { en, fr }

/** Shorter pieces may be the same by chance, or a name. */
const FEWEST_WORDS = 3

/** The pieces of sentences that a catalogue's entry can say, without what is put in. */
function piecesOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(piecesOf)
  if (typeof value === 'string') return [value]
  return [...String(value).matchAll(/(["'`])((?:(?!\1).)*)\1/g)].flatMap(([, , said = '']) => said.split(/\$\{[^}]*\}/))
}

const said = {
  en: [...piecesOf(en), ...Object.keys(french).flatMap((message) => message.split(/[{}]/))],
  fr: [...piecesOf(fr), ...Object.values<string>(french).flatMap((message) => message.split(/[{}]/))]
}
const isTelling = (piece: string) => piece.trim().split(/\s+/).length >= FEWEST_WORDS
const pieces = { en: new Set(said.en.map((piece) => piece.trim()).filter(isTelling)), fr: new Set(said.fr.map((piece) => piece.trim()).filter(isTelling)) }

/** Sentences of the other language that stand on a page, or are heard there. */
export async function otherLanguage(page: Page, language: Language): Promise<string[]> {
  const text = await page.evaluate(() => {
    const attributes = ['aria-label', 'aria-valuetext', 'alt', 'title', 'placeholder']
    const heard = [...document.querySelectorAll(attributes.map((name) => `[${name}]`).join())].flatMap((element) => attributes.map((name) => element.getAttribute(name) ?? ''))
    return [document.title, document.body.textContent, ...heard].join('\n')
  })
  const [own, other] = language === 'en' ? [pieces.en, pieces.fr] : [pieces.fr, pieces.en]
  return [...other].filter((piece) => !own.has(piece) && text.includes(piece))
}
