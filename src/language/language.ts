import Negotiator from 'negotiator'

/** The languages that the service speaks, the one for whoever asks for none of them first. */
export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

export const isLanguage = (given: unknown): given is Language => languages.includes(given as Language)

/** The best of our languages for an `Accept-Language` (RFC 9110 §12.5.4): `fr-CA` is content with `fr`. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } })
  const best = negotiator.language([...languages])
  return isLanguage(best) ? best : languages[0]
}
