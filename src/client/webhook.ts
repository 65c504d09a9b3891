import type { Event } from './openapi.ts'

/** How old, or how far ahead of our clock, a delivery may be. */
const TOLERANCE_SECONDS = 300

/** A delivery that is not what it says: do not act on it, and answer it with 400. */
export class InvalidWebhook extends Error {
  override name = 'InvalidWebhook'
}

export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>

/**
 * Verifies a delivery of a webhook (Standard Webhooks), and reads the event in it. `event.id` is the same in each attempt
 * and on the event stream: ignore what you have seen.
 * @param body as it came in, byte for byte: JSON that was read and written again is another text
 * @param secret the `whsec_…`; several where you are replacing one
 * @throws {InvalidWebhook} when none of the secrets has signed it, or it is more than five minutes old
 */
export async function verifyWebhook(
  body: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { now = new Date() }: { now?: Date } = {}
): Promise<Event> {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headerOf(headers, name))
  if (id === undefined || timestamp === undefined || signature === undefined) throw new InvalidWebhook('A header of Standard Webhooks is missing')
  const ageSeconds = now.getTime() / 1_000 - Number(timestamp)
  // What is no number is as wrong as an old one.
  if (!(Math.abs(ageSeconds) <= TOLERANCE_SECONDS)) throw new InvalidWebhook('The delivery is too old, or from the future')

  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${text}`)
  const signatures = signature.split(' ').flatMap((one) => (one.startsWith('v1,') ? bytesOf(one.slice(3)) ?? [] : []))
  for (const each of [secret].flat()) {
    const key = await keyOf(each)
    for (const one of signatures) if (await crypto.subtle.verify('HMAC', key, one, signed)) return JSON.parse(text) as Event
  }
  throw new InvalidWebhook('None of the secrets has signed this')
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const [, value] = Object.entries(headers).find(([given]) => given.toLowerCase() === name) ?? []
  return typeof value === 'string' ? value : undefined
}

/** @throws {TypeError} for what is no secret: that is nothing that the sender did */
function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = bytesOf(secret.replace(/^whsec_/, ''))
  if (bytes === undefined || bytes.length === 0) throw new TypeError('The secret is not one of a webhook (whsec_…)')
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
