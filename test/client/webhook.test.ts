import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { InvalidWebhook, verifyWebhook } from '../../src/client/index.ts'
import { pingEvent } from '../../src/events/event.ts'
import { generateSecret, signedHeaders } from '../../src/webhooks/signature.ts'

const secret = generateSecret()
const event = pingEvent('0b5c4d06-4b94-4d6c-9d2c-3e7a35d20fd1')
const body = JSON.stringify({ ...event, url: 'https://été.example' })
const now = new Date()
const signed = (secrets = { secret, previousSecret: null as string | null, previousSecretUntil: null as Date | null }, at = now) =>
  signedHeaders({ id: event.id, body }, secrets, at)

t.test('what the service has signed is its event, however it comes in', async (t) => {
  const bytes = new TextEncoder().encode(body)
  for (const came of [body, bytes, bytes.buffer]) t.match(await verifyWebhook(came, signed(), secret), event)
  t.match(await verifyWebhook(body, new Headers(signed()), secret), event)
  const shouted = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value]))
  t.match(await verifyWebhook(body, { host: undefined, ...shouted }, secret), event)
  const library = { 'webhook-id': 'a', 'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)), 'webhook-signature': new Webhook(secret).sign('a', now, body) }
  t.match(await verifyWebhook(body, library, secret), event, 'as any sender of Standard Webhooks signs it')
})

t.test('while a secret is replaced, the old one and the new one both do', async (t) => {
  const newer = generateSecret()
  const both = signed({ secret: newer, previousSecret: secret, previousSecretUntil: new Date(now.getTime() + 1_000) })
  t.equal(both['webhook-signature']?.split(' ').length, 2)
  for (const known of [secret, newer, [secret, newer]]) t.match(await verifyWebhook(body, both, known), event)
  t.match(await verifyWebhook(body, signed(), [newer, secret]), event, 'a receiver that has the new one already takes what the old one signed')
  await t.rejects(verifyWebhook(body, signed(), newer), InvalidWebhook)
})

t.test('what is forged, altered, old or unsigned is refused', async (t) => {
  const headers = signed()
  const { 'webhook-signature': signature, ...unsigned } = headers
  const forged: Array<[what: string, body: string, headers: Record<string, string>]> = [
    ['another body', `${body} `, headers],
    ['another id', body, { ...headers, 'webhook-id': 'another' }],
    ['another time', body, { ...headers, 'webhook-timestamp': String(Math.floor(now.getTime() / 1_000) - 1) }],
    ['no time', body, { ...headers, 'webhook-timestamp': 'NaN' }],
    ['another secret', body, signed({ secret: generateSecret(), previousSecret: null, previousSecretUntil: null })],
    ['no signature', body, unsigned],
    ['an empty one', body, { ...headers, 'webhook-signature': 'v1,' }],
    ['one that is no base64', body, { ...headers, 'webhook-signature': 'v1,***' }],
    ['one of another kind', body, { ...headers, 'webhook-signature': signature!.replace('v1', 'v1a') }],
    ['an old one', body, signed(undefined, new Date(now.getTime() - 301_000))],
    ['one from the future', body, signed(undefined, new Date(now.getTime() + 301_000))]
  ]
  for (const [what, text, given] of forged) await t.rejects(verifyWebhook(text, given, secret, { now }), InvalidWebhook, what)
  await t.rejects(verifyWebhook(body, headers, 'whsec_'), TypeError, 'a secret that is none is the receiver’s own mistake')
  await t.rejects(verifyWebhook(body, headers, []), InvalidWebhook)
})
