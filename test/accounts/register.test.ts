import t from 'tap'
import { hashPasswords, type Passwords } from '../../src/accounts/passwords.ts'
import { countAttempts } from '../../src/accounts/attempts.ts'
import { signIn } from '../../src/accounts/signIn.ts'
import { connectPostgres } from '../../src/platform/postgres.ts'
import { connectRedis } from '../../src/platform/redis.ts'
import { eventually } from '../harness/eventually.ts'
import { layGround, startService } from '../harness/service.ts'
import { startSmtp } from '../mail/smtp.ts'
import { behindProxy, person, type Answer } from './person.ts'
import pino from 'pino'

const ground = await layGround(t)
const smtp = await startSmtp(t)
const { url } = await startService(t, ground, { ...behindProxy, SMTP_URL: smtp.url })
const log = pino({ level: 'silent' })

/** All of an answer but what differs between any two. */
function whatIsSaid({ status, headers, body }: Answer) {
  const said = Object.fromEntries([...headers].filter(([name]) => !['date', 'x-request-id', 'ratelimit', 'set-cookie'].includes(name)))
  const { requestId: _requestId, ...rest } = body ?? {}
  return { status, headers: said, body: rest }
}

t.test('somebody registers, signs in, confirms the address, and is somebody', async (t) => {
  const ada = person(url)
  t.match(await ada.register(), { status: 202, body: { email: ada.email } })
  t.equal(ada.cookies.size, 0, 'registering signs nobody in')
  t.match(await ada.signIn(), { status: 201, body: { email: ada.email, emailConfirmed: false, plan: 'FREE', role: 'user' } })
  t.match(await ada.send('POST', '/v1/api-keys', { name: 'too early' }), { status: 403, body: { code: 'email_not_confirmed' } })
  const [mail] = await smtp.to(ada.email)
  t.match(mail?.subject, 'Confirm')
  const token = await smtp.tokenFor(ada.email)
  t.equal((await person(url).send('POST', '/v1/account/confirm-email', { token })).status, 204, 'in whichever browser the mail is read')
  t.match((await ada.send('GET', '/v1/session')).body, { emailConfirmed: true }, 'known at once, though the session was cached')
  t.equal((await ada.send('POST', '/v1/api-keys', { name: 'now' })).status, 201)
})

t.test('an address that is known is answered as one that is not: only the mail says it', async (t) => {
  const known = person(url)
  await known.register()
  const mallory = person(url, { password: 'another long password' })
  const asStranger = await mallory.send('POST', '/v1/accounts', { email: known.email, password: mallory.password })
  const asNew = await mallory.register()
  t.same(whatIsSaid({ ...asStranger, body: {} }), whatIsSaid({ ...asNew, body: {} }))
  t.same([asStranger.body, asNew.body], [{ email: known.email }, { email: mallory.email }])
  t.match((await smtp.to(known.email, 2))[1]?.subject, 'already')
  t.equal((await known.signIn()).status, 201, 'the password is the owner\'s')
  t.equal((await person(url, { email: known.email }).signIn(mallory.password)).status, 401)

  const resets = [await mallory.send('POST', '/v1/password-resets', { email: known.email }), await mallory.send('POST', '/v1/password-resets', { email: `x${known.email.slice(1)}` })]
  t.same(whatIsSaid({ ...resets[0]!, body: {} }), whatIsSaid({ ...resets[1]!, body: {} }))
  const wrong = [await person(url, known).signIn('not the password'), await person(url).signIn('not the password')]
  t.same(whatIsSaid(wrong[0]!), whatIsSaid(wrong[1]!))
  await smtp.to(known.email, 3)
  t.equal(smtp.mails.some(({ to }) => [to].flat()[0]?.text === `x${known.email.slice(1)}`), false, 'nobody without an account is written to')
})

t.test('a sign-in costs the same work whether there is an account, whether it has a password, and whether that is right', async (t) => {
  const postgres = connectPostgres({ url: ground.env.DATABASE_URL!, max: 4, log })
  const redis = connectRedis(ground.redis.url, log)
  t.teardown(() => postgres.close())
  t.teardown(() => redis.disconnect())
  await eventually(() => redis.status === 'ready')
  const ada = person(url)
  await ada.register()
  const keysOnly = person(url)
  await keysOnly.register()
  await ground.database.query('UPDATE accounts SET password_hash = NULL WHERE email = $1', [keysOnly.email])

  const real = hashPasswords()
  let hashes = 0
  const counting: Passwords = { ...real, verify: (...given) => (hashes++, real.verify(...given)), hash: (password) => (hashes++, real.hash(password)) }
  const options = { db: postgres.db, passwords: counting, attempts: countAttempts(redis) }
  const tries: Array<[string, string, boolean]> = [
    [ada.email, ada.password, true],
    [ada.email, 'wrong', false],
    [keysOnly.email, keysOnly.password, false],
    ['nobody@people.example', ada.password, false]
  ]
  for (const [email, password, opens] of tries) {
    hashes = 0
    const signedIn = await signIn(options, { email, password, address: email, device: undefined, userAgent: undefined })
    t.equal(signedIn !== undefined, opens, email)
    t.equal(hashes, 1, `${email} ${password}`)
  }
})

t.test('an address has one form', async (t) => {
  const ada = person(url)
  await ada.register()
  t.equal((await person(url).send('POST', '/v1/session', { email: `  ${ada.email.toUpperCase()} `, password: ada.password })).status, 201)
  const punycode = person(url, { email: 'ada@bücher.example' })
  t.match(await punycode.register(), { status: 202, body: { email: 'ada@xn--bcher-kva.example' } })
  t.equal((await person(url, { email: 'ada@XN--bcher-KVA.example' }).signIn()).status, 201)
})

t.test('what is no address, a password that is tried first, and one that is too long are refused', async (t) => {
  const anyone = person(url)
  const addresses = [
    'a@b', 'a@@b.example', 'a b@c.example', 'a@b.example\r\nBcc: x@y.example', 'a@b.example, c@d.example', '<a@b.example>', '"a b"@c.example',
    'a@[127.0.0.1]', 'a@127.0.0.1', '.a@b.example', 'a..b@c.example', 'a@b..example', 'jo\u212An@b.example', 'a@b.exa\u0000mple', `${'a'.repeat(65)}@b.example`, 'a@-b.example'
  ]
  for (const email of addresses) {
    t.match(await anyone.send('POST', '/v1/accounts', { email, password: anyone.password }), { status: 400, body: { code: 'invalid_email' } }, JSON.stringify(email))
  }
  for (const password of ['Password123', 'aaaaaaaaaaaa', 'abcabcabcabc', anyone.email.toUpperCase()]) {
    t.match(await anyone.send('POST', '/v1/accounts', { email: anyone.email, password }), { status: 400, body: { code: 'weak_password' } }, password)
  }
  for (const password of ['short', 'x'.repeat(257)]) {
    t.match(await anyone.send('POST', '/v1/accounts', { email: anyone.email, password }), { status: 400, body: { code: 'invalid_request' } })
  }
  t.equal((await anyone.send('POST', '/v1/session', { email: anyone.email, password: 'x'.repeat(60_000) })).status, 400, 'not hashed')
  const named = await anyone.send('POST', '/v1/accounts', { email: anyone.email, password: anyone.password, name: 'a\r\nBcc: x@y.example' })
  t.match(named, { status: 400, body: { code: 'invalid_request' } })
})

t.test('a password is the same however it is composed, and is hashed anew when the parameters have changed', async (t) => {
  const ada = person(url, { password: 'f\u00fcnf Pferde \ufb01nden heim' })
  await ada.register()
  t.equal((await ada.signIn('fu\u0308nf Pferde finden heim')).status, 201)
  const { rows } = await ground.database.query('SELECT password_hash FROM accounts WHERE email = $1', [ada.email])
  t.match(rows[0].password_hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const { hash } = await import('@node-rs/argon2')
  const old = await hash(Buffer.from(ada.password.normalize('NFKC')), { memoryCost: 8_192, timeCost: 1, parallelism: 1 })
  await ground.database.query('UPDATE accounts SET password_hash = $2 WHERE email = $1', [ada.email, old])
  t.equal((await ada.signIn()).status, 201)
  const after = await ground.database.query('SELECT password_hash FROM accounts WHERE email = $1', [ada.email])
  t.match(after.rows[0].password_hash, /m=19456,t=2,p=1/)
  t.equal((await ada.signIn()).status, 201)
})

t.test('an account says what it is, and changes its name and what is kept', async (t) => {
  const ada = person(url)
  await ada.register()
  await ada.signIn()
  t.match(await ada.send('PATCH', '/v1/account', { name: 'Ada', retention: 'none' }), { status: 200, body: { name: 'Ada', retention: 'none', email: ada.email } })
  t.match((await ada.send('GET', '/v1/account')).body, { name: 'Ada', retention: 'none' })
  t.equal((await ada.send('PATCH', '/v1/account', { role: 'admin', plan: 'PREMIUM' })).status, 400)
  t.match((await ada.send('GET', '/v1/account')).body, { role: 'user', plan: 'FREE' })
})

t.test('more sign-ins than can be hashed are turned away, and the others get through', async (t) => {
  const passwords = hashPasswords()
  const hash = await passwords.hash('four horses of a colour')
  const storm = await Promise.allSettled(Array.from({ length: 100 }, () => passwords.verify(hash, 'wrong')))
  const busy = storm.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  t.equal(busy.length, 100 - 62)
  t.match(busy[0], { code: 'too_busy', status: 503, headers: { 'retry-after': '2' } })
  t.equal(await passwords.verify(hash, 'four horses of a colour'), true, 'and afterwards there is room again')
})
