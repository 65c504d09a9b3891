import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import { sentence, type Sentence } from '../language/sentence.ts'
import type { Mail } from '../mail/transport.ts'

/**
 * What is written to people, in the language of the request that caused it. Nothing in it was given by whoever caused it: a name could carry somebody else's message.
 * Tokens stand behind the #, which no server is told and no log holds.
 */

/** Makes links to our pages. */
export type PageLink = (path: '/confirm' | '/reset', token: string) => string

export const pageLink =
  (origin: () => string): PageLink =>
  (path, token) =>
    new URL(`${path}#token=${token}`, origin()).href

/** Plain text, one paragraph after the other. A string is a link. */
function write(to: string, language: Language, subject: Sentence, paragraphs: Array<string | Sentence[]>): Mail {
  const lines = paragraphs.map((paragraph) =>
    typeof paragraph === 'string' ? paragraph : paragraph.map((said) => say(said, language)).join(' ')
  )
  return { to, subject: say(subject, language), text: `${lines.join('\n\n')}\n` }
}

const unasked = sentence('If you did not ask for this, you need not do anything.')
const goodForMinutes = [sentence('The link is good for 30 minutes.'), unasked]

export const confirmMail = (to: string, link: string, language: Language): Mail =>
  write(to, language, sentence('Confirm your e-mail address'), [
    [sentence('Welcome to FakeTect. Please confirm that this is your e-mail address:')],
    link,
    [sentence('The link is good for one day.'), unasked]
  ])

export const alreadyMail = (to: string, link: string, language: Language): Mail =>
  write(to, language, sentence('You have an account already'), [
    [
      sentence('Somebody, probably you, wanted to make an account at FakeTect with this e-mail address. It has one already: just sign in.'),
      sentence('If you have forgotten the password, choose another one here:')
    ],
    link,
    goodForMinutes
  ])

export const resetMail = (to: string, link: string, language: Language): Mail =>
  write(to, language, sentence('Choose another password'), [
    [sentence('Here you can choose another password for FakeTect:')],
    link,
    goodForMinutes
  ])

export const passwordChangedMail = (to: string, language: Language): Mail =>
  write(to, language, sentence('Your password was changed'), [
    [
      sentence('The password of your account at FakeTect was changed, and everybody else who was signed in was signed out.'),
      sentence('If that was not you, have it reset on the page where you sign in, and look through your API keys.')
    ]
  ])
