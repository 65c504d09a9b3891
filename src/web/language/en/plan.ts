import { number, plural } from '../format.ts'

export const plan = {
  names: { FREE: 'Free', PRO: 'Pro', PREMIUM: 'Premium' },
  yours: (name: string) => `Your plan is ${name}.`,
  notShared: 'The limits of a minute are counted by each machine for itself at the moment; the figures are those of the one that answers.',
  limits: {
    'analyses-per-month': 'Analyses this month',
    'files-in-flight': 'Files being worked on',
    analyses: 'Files a minute',
    bytes: 'Amount of data a minute',
    uploads: 'Uploads a minute',
    requests: 'Requests a minute',
    'event-streams': 'Open event streams'
  },
  of: (used: string, limit: string) => `${used} of ${limit}`,
  usedUp: 'Used up.',
  windows: { minute: 'Nothing is counted at the moment.', atOnce: 'At the same time.' },
  resets: (time: string) => `Counted anew at ${time}.`,
  compare: 'The plans side by side',
  limit: 'What is included',
  yoursShort: '(yours)',
  rows: {
    analysesPerMonth: 'Analyses a month',
    filesInFlight: 'Files at the same time',
    analysesPerMinute: 'Files a minute',
    bytesPerMinute: 'Amount of data a minute',
    uploadsPerMinute: 'Uploads a minute',
    requestsPerMinute: 'Requests a minute',
    filesPerBatch: 'Files in one upload',
    fileBytes: 'Largest file',
    retentionDays: 'Files and results are kept',
    eventStreams: 'Event streams at the same time'
  },
  days: (count: number) => plural(count, { one: '1 day', other: `${number(count)} days` }),
  buyTitle: 'Another plan',
  buy: (name: string) => `Buy ${name}`,
  manage: 'Change or cancel the subscription',
  invoices: 'Invoices and payment',
  elsewhere: 'Payment is made on the pages of Stripe. A plan counts as soon as it is paid for.',
  confirmFirst: 'A plan can be bought when your e-mail address is confirmed.'
}
