import type { Mail } from '../mail/transport.ts'

/**
 * What is written to people. Nothing in it was given by whoever caused it: a name could carry somebody else's message.
 * Tokens stand behind the #, which no server is told and no log holds.
 */

/** Makes links to our pages. */
export type PageLink = (path: '/confirm' | '/reset', token: string) => string

export const pageLink =
  (origin: () => string): PageLink =>
  (path, token) =>
    new URL(`${path}#token=${token}`, origin()).href

const unasked = 'If you did not ask for this, you need not do anything.'

export const confirmMail = (to: string, link: string): Mail => ({
  to,
  subject: 'Confirm your e-mail address',
  text: `Welcome to FakeTect. Please confirm that this is your e-mail address:\n\n${link}\n\nThe link is good for one day. ${unasked}\n`
})

export const alreadyMail = (to: string, link: string): Mail => ({
  to,
  subject: 'You have an account already',
  text:
    'Somebody, probably you, wanted to make an account at FakeTect with this e-mail address. It has one already: just ' +
    `sign in. If you have forgotten the password, choose another one here:\n\n${link}\n\nThe link is good for 30 minutes. ${unasked}\n`
})

export const resetMail = (to: string, link: string): Mail => ({
  to,
  subject: 'Choose another password',
  text: `Here you can choose another password for FakeTect:\n\n${link}\n\nThe link is good for 30 minutes. ${unasked}\n`
})

export const passwordChangedMail = (to: string): Mail => ({
  to,
  subject: 'Your password was changed',
  text:
    'The password of your account at FakeTect was changed, and everybody else who was signed in was signed out. If that was ' +
    'not you, have it reset on the page where you sign in, and look through your API keys.\n'
})
