import pino from 'pino'
import t, { type Test } from 'tap'
import { createMailer } from '../../src/mail/mailer.ts'
import { logTransport, smtpTransport, type Mail } from '../../src/mail/transport.ts'
import { eventually } from '../harness/eventually.ts'
import { startSmtp } from './smtp.ts'

const mail: Mail = { to: 'ada@people.example', subject: 'Hello', text: 'https://faketect.example/reset#token=secret\n' }

/** A log that can be read. */
function readableLog() {
  const lines: Array<{ level: number; msg: string }> = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log, lines, says: (pattern: RegExp) => lines.some(({ msg }) => pattern.test(msg)) }
}

async function setUp(t: Test, retryMs: number[]) {
  const smtp = await startSmtp(t)
  const readable = readableLog()
  const mailer = createMailer({ transport: smtpTransport(smtp.url, 'FakeTect <us@faketect.example>'), log: readable.log, retryMs })
  t.teardown(() => mailer.close())
  return { smtp, mailer, ...readable }
}

t.test('a mail arrives as it was written', async (t) => {
  const { smtp, mailer, lines } = await setUp(t, [])
  mailer.send(async () => mail)
  const [arrived] = await smtp.to(mail.to)
  t.match(arrived, { subject: mail.subject, text: mail.text, from: { text: '"FakeTect" <us@faketect.example>' } })
  t.equal(arrived?.headers.get('auto-submitted'), 'auto-generated')
  t.same(lines, [])
})

t.test('a server that is busy, or breaks the connection, is tried again', async (t) => {
  const { smtp, mailer, says } = await setUp(t, [10, 10, 10])
  smtp.misbehave = (attempt) => ([421, 'drop', 451] as const)[attempt - 1]
  mailer.send(async () => mail)
  t.equal((await smtp.to(mail.to)).length, 1)
  t.equal(smtp.attempts, 4)
  t.ok(says(/tried again/))
  t.notOk(says(/lost/))
})

t.test('a receiver that is refused is not tried again, and the loss is logged without what it said', async (t) => {
  const { smtp, mailer, lines, says } = await setUp(t, [10, 10, 10])
  smtp.misbehave = () => 550
  mailer.send(async () => mail)
  await eventually(() => says(/lost/))
  t.equal(smtp.attempts, 1)
  t.match(lines.at(-1), { level: 50, subject: 'Hello', domain: 'people.example' })
  t.notMatch(JSON.stringify(lines), /secret/)
})

t.test('a mail that can not be sent for too long is lost, and logged; so is one that can not be written', async (t) => {
  const { smtp, mailer, says, lines } = await setUp(t, [10, 10])
  smtp.misbehave = () => 451
  mailer.send(async () => mail)
  await eventually(() => says(/lost/))
  t.equal(smtp.attempts, 3)
  mailer.send(() => Promise.reject(new Error('no database')))
  await eventually(() => lines.filter(({ msg }) => msg === 'A mail is lost').length === 2)
  mailer.send(async () => undefined)
})

t.test('what waits when the service ends is logged, and nothing is taken after that', async (t) => {
  const { smtp, mailer, lines } = await setUp(t, [600_000])
  smtp.misbehave = () => 451
  mailer.send(async () => mail)
  await eventually(() => smtp.attempts === 1)
  await mailer.close()
  mailer.send(async () => mail)
  t.equal(lines.filter(({ msg }) => msg.startsWith('A mail is lost')).length, 2)
})

t.test('only so many wait; nobody waits for them', async (t) => {
  const { log, lines } = readableLog()
  const stuck = Promise.withResolvers<void>()
  const mailer = createMailer({ transport: { send: () => stuck.promise, close: () => undefined }, log })
  for (let n = 0; n < 1_005; n++) mailer.send(async () => mail)
  t.equal(lines.length, 5)
  stuck.resolve()
  await mailer.close()
})

t.test('without a server the mail stands in the log, with its link', async (t) => {
  const { log, lines } = readableLog()
  const mailer = createMailer({ transport: logTransport(log), log })
  mailer.send(async () => mail)
  await mailer.close()
  t.match(lines, [{ level: 30, mail }])
})
