export const sessions = {
  title: 'Sessions',
  intro: 'Where your account is signed in. End what you don’t know, and change your password then.',
  current: 'this browser',
  unknownDevice: 'A program that doesn’t say its name',
  lastSeen: 'Last seen:',
  since: (time: string) => `since ${time}`,
  until: (time: string) => `until ${time} at the latest`,
  byKey: 'signed in with an API key',
  end: 'Sign out',
  ended: (device: string) => `${device} is signed out.`,
  endOthers: 'Sign out everywhere else',
  endOthersWarning: 'Every other browser has to sign in again. API keys go on working.',
  endThem: 'Sign them out',
  othersEnded: 'You are signed out everywhere else.'
}
