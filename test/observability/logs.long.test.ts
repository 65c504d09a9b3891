import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { film } from '../engine/video/films.ts'
import { eventually } from '../harness/eventually.ts'
import { hostileDetectors } from '../harness/process.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

/** Stands in everything that must not be seen in a log. */
const marker = 'MARKER0marker1MARKER2marker3MARKER4x'

const ground = await layGround(t)
const outside = await startReceiver(t, answer(401))
const written: string[] = []
const nobody = 'http://127.0.0.1:9'
const { url, app } = await startService(
  t,
  ground,
  {
    LOG_LEVEL: 'trace',
    ENGINE_DETECTORS: hostileDetectors,
    OUTBOUND_ALLOW: '127.0.0.0/8',
    SMTP_URL: `smtp://someone:${marker}@127.0.0.1:9`,
    SIGHTENGINE_URL: outside.url.replace('/hook', ''),
    SIGHTENGINE_API_USER: 'someone',
    SIGHTENGINE_API_SECRET: marker,
    DETECTOR_URL: outside.url,
    DETECTOR_TOKEN: marker,
    STRIPE_SECRET_KEY: `sk_test_${marker}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${marker}`,
    STRIPE_PRICE_PRO: 'price_pro',
    STRIPE_PRICE_PREMIUM: 'price_premium',
    STRIPE_API_URL: nobody
  },
  { write: (line) => void written.push(line) }
)

interface Line {
  level: number
  msg?: string
  said?: string
  requestId?: string
  analysisId?: string
  accountId?: string
  attempt?: number
  failure?: string
  req?: object
  res?: object
  err?: { message: string }
}
const lines = () => written.map((line) => JSON.parse(line) as Line)
const { key, accountId } = await makeAccount(ground)
const { send, upload, get } = client(url, key)

/** A photograph with bytes between its segments, which libvips finds odd and decodes. */
async function photoWithStrayBytes(): Promise<Buffer> {
  const bytes = await photo({ seed: 9 })
  return Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(7, 1), bytes.subarray(20)])
}

t.test('each line of an attempt, also what its thread or process says, carries the ids of the upload and of the analysis', async (t) => {
  for (const { what, bytes, heard, failure } of [
    { what: 'a picture whose detector talks', bytes: await photo({ description: 'hostile: talk' }), heard: ['printed on demand', 'complained on demand', 'warned on demand'] },
    { what: 'a picture that libvips warns of', bytes: await photoWithStrayBytes(), heard: [/extraneous bytes/] },
    { what: 'a video whose detector talks', bytes: await film({ width: 64, height: 48, frames: 4, tags: { title: 'hostile: talk' } }), heard: ['printed on demand', 'warned on demand'] },
    { what: 'a picture whose detector throws', bytes: await photo({ description: 'hostile: throw' }), heard: [], failure: 'engine_crashed' },
    { what: 'a picture that ends its thread', bytes: await photo({ description: 'hostile: exit' }), heard: [/is replaced/], failure: 'engine_crashed' }
  ]) {
    const { body, response } = await upload(bytes)
    await get(body.id, 30)
    const requestId = response.headers.get('x-request-id')!
    const ofAnalysis = () => lines().filter((line) => line.attempt !== undefined && line.analysisId === body.id)
    await eventually(() => ofAnalysis().some(({ msg }) => msg === 'The analysis is completed' || msg === 'The analysis failed'))
    for (const words of heard) {
      await eventually(() => ofAnalysis().some(({ said, msg }) => `${said} ${msg}`.search(words) >= 0)).catch(() => t.fail(`${what}: ${words} was not heard`))
    }
    t.equal(ofAnalysis().find((line) => line.failure !== undefined)?.failure, failure, what)
    for (const line of ofAnalysis()) t.match(line, { requestId, accountId, attempt: 1 }, `${what}: ${line.msg}`)
  }
  t.same(lines().filter((line) => line.attempt !== undefined && (line.analysisId === undefined || line.requestId === undefined)), [], 'no attempt without its ids')
  t.same(lines().filter(({ msg, attempt }) => /^(?:Printed in an analysis|A library warns|More was said|The thread of|The process of a video)/.test(msg ?? '') && attempt === undefined), [], 'nothing was said by nobody')
})

t.test('each line of a request carries its id, and names who makes it and which analysis it is about', async (t) => {
  const { body, response } = await upload(await photo({ seed: 3 }))
  const id = response.headers.get('x-request-id')
  await eventually(() => lines().some(({ requestId, res }) => requestId === id && res !== undefined))
  t.match(lines().find(({ msg, requestId }) => msg === 'A file has come in' && requestId === id), { analysisId: body.id, accountId })
  const looked = await send(`/v1/analyses/${body.id}`)
  await eventually(() => lines().some((line) => line.requestId === looked.headers.get('x-request-id') && line.res !== undefined && line.analysisId === body.id && line.accountId === accountId))
  t.same(lines().filter((line) => (line.req !== undefined || line.res !== undefined) && line.requestId === undefined), [])
})

t.test('no secret stands in any line, whatever is asked for and whatever goes wrong', async (t) => {
  const json = (body: object, method = 'POST') => ({ method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(url + path, { ...json(body), headers: { 'content-type': 'application/json', ...headers } })

  // Keys, cookies and queries that are nobody's.
  await fetch(`${url}/v1/analyses?token=${marker}&fileName=${marker}`, { headers: { authorization: `Bearer ft_live_${marker}`, cookie: `ft_session=${marker}; other=${marker}` } })
  await fetch(`${url}/nowhere?api_key=${marker}`, { headers: { 'x-request-id': `ft_live_${marker}` } })
  await fetch(`${url}/v1/shared/${marker}?x=${marker}`)
  await post('/v1/session', { email: 'nobody@people.example', password: marker })
  await post('/v1/session', { key: `ft_live_${marker}` })
  await post('/v1/accounts', { email: 'somebody@people.example', password: `four horses ${marker}` })
  await post('/v1/password-resets/complete', { token: marker, password: `four horses ${marker}` })
  await post('/v1/billing/events', { id: marker }, { 'stripe-signature': `t=1,v1=${marker}` })
  // Those that are somebody's.
  const { secret } = (await (await send('/v1/webhooks', json({ url: outside.url, events: ['analysis.completed'] }))).json()) as { secret: string }
  const made = (await (await send('/v1/api-keys', json({ name: 'another' }))).json()) as { key: string }
  const { body } = await upload(await photo({ seed: 4 }))
  await get(body.id, 30)
  const { url: shared } = (await (await send(`/v1/analyses/${body.id}/share`, json({}))).json()) as { url: string }
  const token = new URL(shared).pathname.split('/').at(-1)!
  t.equal((await fetch(`${url}/v1/shared/${token}`)).status, 200)
  t.equal((await send('/v1/billing/checkout', json({ plan: 'PRO' }))).status, 503, 'Stripe is out of reach')
  await eventually(() => lines().some(({ msg }) => msg?.startsWith('A mail could not be sent')))
  // A failure of ours, whose error holds what was to be written.
  await ground.database.query("ALTER TABLE analyses ADD CONSTRAINT refused CHECK (file_name NOT LIKE '%MARKER%')")
  const failed = await upload(await photo({ seed: 5 }), { name: `${marker}.jpg` })
  await ground.database.query('ALTER TABLE analyses DROP CONSTRAINT refused')
  t.equal(failed.response.status, 500)
  t.match(lines().find(({ msg, requestId }) => msg === 'The request failed' && requestId === failed.response.headers.get('x-request-id')), {
    accountId,
    err: { message: /^Failed query: insert into "analyses"/ }
  })
  app.log.error({ password: marker, a: { token: marker, b: { cookie: marker } }, err: new Error(`redis://default:${marker}@redis.example`) }, 'On demand')

  const secrets = [marker, secret, made.key, token, key]
  t.ok(secrets.every((one) => typeof one === 'string' && one.length >= 20), JSON.stringify(secrets))
  t.same(written.filter((line) => secrets.some((one) => line.includes(one))), [])
  t.ok(written.length > 50)
})
