import t from 'tap'
import { layGround, startService } from '../harness/service.ts'
import { startSmtp } from '../mail/smtp.ts'
import { behindProxy, person, type Answer, type Person } from './person.ts'

const ground = await layGround(t)
const smtp = await startSmtp(t)
const { url } = await startService(t, ground, { ...behindProxy, SMTP_URL: smtp.url })
const next = 'five horses of a colour'

async function signedIn(like: Partial<Person> = {}): Promise<Person> {
  const somebody = person(url, like)
  if (like.email === undefined) await somebody.register()
  await somebody.signIn()
  return somebody
}
const statusOf = async (somebody: Person) => (await somebody.send('GET', '/v1/session')).status

/** In order: which of them comes first is a matter of luck. */
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort((a, b) => a - b)

t.test('changing the password needs the one before, and ends all other sessions', async (t) => {
  const ada = await signedIn()
  const elsewhere = await signedIn(ada)
  t.same([await statusOf(ada), await statusOf(elsewhere)], [200, 200])
  const wrong = await ada.send('POST', '/v1/account/password', { currentPassword: 'wrong', password: next })
  t.match(wrong, { status: 403, body: { code: 'wrong_password' } })
  t.match(await ada.send('POST', '/v1/account/password', { currentPassword: ada.password, password: 'Password123' }), { status: 400 })
  t.equal((await ada.send('POST', '/v1/account/password', { currentPassword: ada.password, password: next })).status, 204)
  t.same([await statusOf(ada), await statusOf(elsewhere)], [200, 401])
  t.equal((await person(url, ada).signIn()).status, 401)
  t.equal((await person(url, ada).signIn(next)).status, 201)
  t.match((await smtp.to(ada.email, 2))[1]?.subject, 'changed')
})

t.test('a session that somebody stole does not find the password out', async (t) => {
  const ada = await signedIn()
  const guess = () => ada.send('POST', '/v1/account/password', { currentPassword: 'wrong', password: next })
  const statuses = (await Promise.all(Array.from({ length: 20 }, guess))).map(({ status }) => status)
  t.equal(statuses.filter((status) => status === 403).length, 5)
})

t.test('of two changes at once one holds', async (t) => {
  const ada = await signedIn()
  const change = (password: string) => ada.send('POST', '/v1/account/password', { currentPassword: ada.password, password })
  const answers = await Promise.all([change('this one or the other'), change('that one or the other')])
  t.same(statuses(answers), [204, 403])
})

t.test('a reset ends all sessions, confirms the address, and its link is good once', async (t) => {
  const ada = await signedIn()
  await ada.send('POST', '/v1/password-resets', { email: ada.email.toUpperCase() })
  const token = await smtp.tokenFor(ada.email, 2)
  const complete = (password = next, given = token) => person(url).send('POST', '/v1/password-resets/complete', { token: given, password })
  t.match(await complete('Password123'), { status: 400, body: { code: 'weak_password' } }, 'which costs nobody the link')
  const answers = await Promise.all([complete(), complete(), complete()])
  t.same(statuses(answers), [204, 400, 400])
  t.match(await complete(), { status: 400, body: { code: 'invalid_token' } })
  t.equal(await statusOf(ada), 401)
  t.equal((await person(url, ada).signIn()).status, 401)
  t.match(await person(url, ada).signIn(next), { status: 201, body: { emailConfirmed: true } })
  for (const wrong of ['x'.repeat(43), 'x', `${token}x`]) t.equal((await complete(next, wrong)).status, 400)
})

t.test('a link is good for its own purpose, for a while, and for the address that it was sent to', async (t) => {
  const ada = await signedIn()
  const confirmation = await smtp.tokenFor(ada.email)
  const confirm = (token: string) => person(url).send('POST', '/v1/account/confirm-email', { token })
  const complete = (token: string) => person(url).send('POST', '/v1/password-resets/complete', { token, password: next })
  t.match(await complete(confirmation), { status: 400, body: { code: 'invalid_token' } })
  await ada.send('POST', '/v1/password-resets', { email: ada.email })
  const reset = await smtp.tokenFor(ada.email, 2)
  t.match(await confirm(reset), { status: 400, body: { code: 'invalid_token' } })
  const { rows } = await ground.database.query('SELECT hash FROM mail_tokens')
  t.notOk(rows.some(({ hash }) => [confirmation, reset].includes(hash)), 'the database does not know them')

  await ground.database.query("UPDATE mail_tokens SET expires_at = now() - interval '1 second' WHERE purpose = 'reset_password'")
  t.equal((await complete(reset)).status, 400, 'expired')
  await ground.database.query("UPDATE mail_tokens SET email = 'before@people.example' WHERE purpose = 'confirm_email'")
  t.equal((await confirm(confirmation)).status, 400, 'sent to another address')
  t.match((await ada.send('GET', '/v1/session')).body, { emailConfirmed: false })
})

t.test('the confirmation can be sent again; a newer link ends the older ones once it is used', async (t) => {
  const ada = await signedIn()
  const first = await smtp.tokenFor(ada.email)
  t.equal((await ada.send('POST', '/v1/account/confirmation')).status, 204)
  const second = await smtp.tokenFor(ada.email, 2)
  t.not(first, second)
  const confirm = (token: string) => ada.send('POST', '/v1/account/confirm-email', { token })
  t.same([(await confirm(second)).status, (await confirm(second)).status, (await confirm(first)).status], [204, 400, 400])
})

t.test('a session that is being opened while the password is reset does not outlive it', async (t) => {
  const ada = await signedIn()
  await ada.send('POST', '/v1/password-resets', { email: ada.email })
  const token = await smtp.tokenFor(ada.email, 2)
  const racing = [person(url, ada), person(url, ada), person(url, ada)]
  await Promise.all([
    ...racing.map((one) => one.signIn()),
    person(url).send('POST', '/v1/password-resets/complete', { token, password: next })
  ])
  for (const one of racing) t.equal(await statusOf(one), 401)
})

t.test('sessions are listed, and ended one by one or all others at once', async (t) => {
  const ada = await signedIn()
  const [phone, laptop, bob] = [await signedIn(ada), await signedIn(ada), await signedIn()]
  const list = async (somebody: Person) => (await somebody.send('GET', '/v1/sessions')).body.sessions as Array<{ id: string; current: boolean }>
  const own = await list(ada)
  t.equal(own.length, 3)
  t.equal(own.filter(({ current }) => current).length, 1)
  const phones = (await list(phone)).find(({ current }) => current)!
  t.equal((await bob.send('DELETE', `/v1/sessions/${phones.id}`)).status, 404)
  t.equal((await bob.send('DELETE', '/v1/sessions/none')).status, 404)
  t.equal(await statusOf(phone), 200)
  t.equal((await ada.send('DELETE', `/v1/sessions/${phones.id}`)).status, 204)
  t.equal((await ada.send('DELETE', `/v1/sessions/${phones.id}`)).status, 404)
  t.same([await statusOf(phone), await statusOf(laptop)], [401, 200])
  t.equal((await ada.send('DELETE', '/v1/sessions')).status, 204)
  t.same([await statusOf(ada), await statusOf(laptop), await statusOf(bob)], [200, 401, 200])
})

t.test('a further session beyond the most ends the oldest', async (t) => {
  const ada = await signedIn()
  const { rows } = await ground.database.query('SELECT id FROM accounts WHERE email = $1', [ada.email])
  await ground.database.query(
    "INSERT INTO sessions (hash, account_id, expires_at, last_seen_at) SELECT 'old' || n, $1, now() + interval '1 day', now() - n * interval '1 hour' FROM generate_series(1, 60) n",
    [rows[0].id]
  )
  const newest = await signedIn(ada)
  const left = (await newest.send('GET', '/v1/sessions')).body.sessions
  t.equal(left.length, 50)
  t.same([await statusOf(ada), await statusOf(newest)], [200, 200])
})
