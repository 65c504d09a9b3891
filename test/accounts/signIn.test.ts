import { Redis } from 'ioredis'
import t from 'tap'
import { hashSecret } from '../../src/accounts/apiKeys.ts'
import { layGround, startService } from '../harness/service.ts'
import { startSmtp } from '../mail/smtp.ts'
import { behindProxy, person } from './person.ts'

const ground = await layGround(t)
const smtp = await startSmtp(t)
const { url } = await startService(t, ground, { ...behindProxy, SMTP_URL: smtp.url })
const redis = new Redis(ground.redis.url)
t.teardown(() => redis.disconnect())

/** Strangers who have guessed wrong all day, and do once more: from now on there is a long wait. */
async function guessAllDay(email: string, address?: string): Promise<void> {
  await redis.hset(`{attempts}:sign-in:account:${hashSecret(email)}`, { count: 50, until: 0 })
  t.equal((await person(url, { email, ...(address !== undefined && { address }) }).signIn('wrong')).status, 401)
}

t.test('after five wrong passwords even the right one has to wait, and nothing tells if there is an account', async (t) => {
  const ada = person(url)
  await ada.register()
  for (const email of [ada.email, 'nobody@people.example']) {
    for (let n = 0; n < 5; n++) t.equal((await person(url, { email }).signIn('wrong')).status, 401)
    const refused = await person(url, { ...ada, email }).signIn()
    t.match(refused, { status: 429, body: { code: 'rate_limit_exceeded', limit: 'attempts', opensAt: String } })
    t.equal(refused.headers.get('retry-after'), '1')
  }
})

t.test('guessing at once is no way around the wait', async (t) => {
  const ada = person(url)
  await ada.register()
  const answers = await Promise.all(Array.from({ length: 40 }, () => person(url, { email: ada.email }).signIn('wrong')))
  const compared = answers.filter(({ status }) => status === 401).length
  // A second more or less, on a busy machine, is a guess more.
  t.ok(compared >= 5 && compared <= 7, String(compared))
  t.equal(answers.filter(({ status }) => status === 429).length, 40 - compared)
})

t.test('guesses for many accounts from one address have to wait, those from elsewhere don\'t', async (t) => {
  const address = '203.0.113.9'
  const statuses = await Promise.all(Array.from({ length: 30 }, () => person(url, { address }).signIn('wrong').then(({ status }) => status)))
  const compared = statuses.filter((status) => status === 401).length
  t.ok(compared >= 20 && compared <= 22, String(compared))
  await redis.hset(`{attempts}:sign-in:address:${address}`, { count: 50, until: 0 })
  t.equal((await person(url, { address }).signIn('wrong')).status, 401)
  const ada = person(url)
  await ada.register()
  t.equal((await person(url, { ...ada, address }).signIn()).status, 429)
  t.equal((await ada.signIn()).status, 201)
})

t.test('signing in is no guess: an address from which many sign in is not kept waiting', async (t) => {
  const ada = person(url, { address: '203.0.113.10' })
  await ada.register()
  for (let n = 0; n < 25; n++) t.equal((await ada.signIn()).status, 201)
})

t.test('the owner gets in on a browser that is known, whatever strangers do', async (t) => {
  const address = '203.0.113.11'
  const ada = person(url, { address })
  await ada.register()
  await ada.signIn()
  await ada.send('DELETE', '/v1/session')
  t.same([...ada.cookies.keys()], ['ft_device'], 'signed out, and still known')
  await guessAllDay(ada.email, address)
  t.equal((await person(url, { ...ada, address }).signIn()).status, 429)
  t.equal((await ada.signIn()).status, 201)

  const thief = person(url, { email: ada.email })
  thief.cookies.set('ft_device', ada.cookies.get('ft_device')!)
  const thiefs = await Promise.all(Array.from({ length: 20 }, () => thief.signIn('wrong')))
  t.ok(thiefs.filter(({ status }) => status === 401).length <= 7, 'a known browser has as many guesses as a stranger')
  const other = person(url)
  await other.register()
  await other.signIn()
  const forger = person(url, { email: ada.email })
  for (const cookie of [other.cookies.get('ft_device')!, 'x'.repeat(66), '', `${ada.cookies.get('ft_device')}x`]) {
    forger.cookies.set('ft_device', cookie)
    t.equal((await forger.signIn()).status, 429, 'and one of another account, or forged, is none')
  }
})

t.test('the owner gets in by mail, and stays in', async (t) => {
  const ada = person(url)
  await ada.register()
  await guessAllDay(ada.email)
  t.equal((await ada.signIn()).status, 429)
  t.equal((await ada.send('POST', '/v1/password-resets', { email: ada.email })).status, 202)
  const token = await smtp.tokenFor(ada.email, 2)
  t.equal((await ada.send('POST', '/v1/password-resets/complete', { token, password: 'five horses of a colour' })).status, 204)
  await guessAllDay(ada.email)
  t.equal((await ada.signIn('five horses of a colour')).status, 201, 'the browser by which it was reset is known')
})

t.test('mails to one receiver come a few at a time', async (t) => {
  const ada = person(url)
  await ada.register()
  for (let n = 0; n < 10; n++) t.equal((await person(url).send('POST', '/v1/password-resets', { email: ada.email })).status, 202)
  await smtp.to(ada.email, 3)
  const marker = person(url)
  await marker.register()
  await smtp.to(marker.email)
  t.equal((await smtp.to(ada.email)).length, 3)
})

t.test('one address makes only so many accounts at a time', async (t) => {
  const address = '203.0.113.12'
  const statuses: number[] = []
  for (let n = 0; n < 22; n++) statuses.push((await person(url, { address }).register()).status)
  t.equal(statuses.filter((status) => status === 202).length, 20)
  t.equal(statuses.at(-1), 429)
})
