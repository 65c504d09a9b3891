import t from 'tap'
import { loggedError } from '../../src/observability/loggedError.ts'
import { withoutPersonalData } from '../../src/observability/personalData.ts'
import { hideSecretsOf } from '../../src/observability/secrets.ts'
import { readConfig } from '../../src/config.ts'

/** Stands in everything that must not be seen. */
const marker = 'MARKERmarker0123456789'

const config = readConfig({
  DATABASE_URL: `postgres://someone:${marker}db@db.example/faketect`,
  MIGRATION_DATABASE_URL: `postgres://someone:${marker}%2Fmigration@db.example/faketect`,
  REDIS_URL: `rediss://default:${marker}redis@redis.example:6379`,
  STORAGE_URL: 's3://bucket?endpoint=https://s3.example&region=auto',
  SMTP_URL: `smtps://someone:${marker}smtp@mail.example`,
  STRIPE_SECRET_KEY: `${marker}stripe`,
  STRIPE_WEBHOOK_SECRET: `whsec_${marker}stripe`,
  STRIPE_PRICE_PRO: 'price_1',
  STRIPE_PRICE_PREMIUM: 'price_2',
  SIGHTENGINE_API_USER: 'someone',
  SIGHTENGINE_API_SECRET: `${marker}sightengine`,
  DETECTOR_URL: 'http://detector.example/',
  DETECTOR_TOKEN: `${marker}detector`
})
const hide = hideSecretsOf(config)
const knowingNothing = hideSecretsOf({})

t.test('what is configured as a secret is hidden wherever it turns up, whatever is around it', async (t) => {
  for (const name of ['db', '/migration', 'redis', 'smtp', 'stripe', 'sightengine', 'detector']) {
    t.equal(hide(`before ${marker}${name} behind`), 'before … behind', name)
  }
})

t.test('what has the form of a secret is hidden, whoever it belongs to', async (t) => {
  for (const [text, shown] of [
    [`the key ft_live_${marker} was refused`, 'the key ft_live_… was refused'],
    [`whsec_${marker}+/=`, 'whsec_…'],
    [`sk_live_${marker} and rk_test_${marker}`, 'sk_live_… and rk_test_…'],
    [`Authorization: Bearer ${marker}.${marker}-_~+/=`, 'Authorization: Bearer …'],
    [`authorization: basic ${marker}=`, 'authorization: basic …'],
    [`connect to postgres://user:${marker}@db.example:5432/faketect`, 'connect to postgres://…@db.example:5432/faketect'],
    [`cookie: a=b; __Host-ft_session=${marker}; ft_device=${marker}`, 'cookie: a=b; __Host-ft_session=…; ft_device=…'],
    [`https://faketect.example/v1/shared/${marker}/evidence/a.png`, 'https://faketect.example/v1/shared/…/evidence/a.png'],
    [`/v1/x?page=2&access_token=${marker}&X-Amz-Signature=${marker}`, '/v1/x?page=2&access_token=…&X-Amz-Signature=…']
  ] as const) {
    t.equal(knowingNothing(text), shown)
    t.same(JSON.parse(knowingNothing(JSON.stringify({ text, more: 1 }))), { text: shown, more: 1 }, 'a line of JSON stays one')
  }
})

t.test('what is no secret stays: words, addresses without credentials, the link in a mail', async (t) => {
  for (const text of ['a bearer of news', 'https://s3.example/bucket?region=auto', 'https://faketect.example/confirm#token=abc', 'task_live_x', 'mail to somebody@people.example']) {
    t.equal(hide(text), text)
  }
})

t.test('of an error stay its words, its place and its kind, and neither the values of a query nor the arguments of a command', async (t) => {
  const refused = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: [marker] }, code: 'ERR' })
  const failed = Object.assign(new Error(`Failed query: insert into a values ($1)\nparams: ${marker},x\n    at y`), { query: 'insert', params: [marker], cause: refused })
  const logged = loggedError(failed) as Record<string, unknown>
  t.notMatch(JSON.stringify(logged), marker)
  t.match(logged, { type: 'Error', message: 'Failed query: insert into a values ($1)', cause: { message: 'WRONGPASS', code: 'ERR' } })
  t.match(logged.stack, /\n {4}at .*secrets\.test\.ts/)
  t.equal(loggedError('thrown as it is'), 'thrown as it is')
})

t.test('what tells of a person or a file is taken out of words for others', async (t) => {
  for (const [text, shown] of [
    ['nothing for somebody.else+x@people.example here', 'nothing for …@… here'],
    ['connect ECONNREFUSED 203.0.113.7:5432', 'connect ECONNREFUSED …:5432'],
    ['from 2001:db8::7 and ::1', 'from … and …'],
    ['from 2001:db8:0:0:0:0:0:7.', 'from ….'],
    ['GET https://files.example:8443/private/path?name=x failed', 'GET https://files.example:8443/… failed'],
    ['open "my holiday on the beach.JPG" and beach.png', 'open "…" and …'],
    ['at 12:34:56 std::vector failed: a.ts:12:5', 'at 12:34:56 std::vector failed: a.ts:12:5']
  ] as const) {
    t.equal(withoutPersonalData(text), shown)
  }
})
