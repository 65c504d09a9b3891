import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

export interface SigningSecrets {
  secret: string
  previousSecret: string | null
  previousSecretUntil: Date | null
}

/** How long the secret before a new one signs as well. */
export const ROTATION_HOURS = 24

/** 192 random bits, in the form that the libraries of Standard Webhooks take. */
export const generateSecret = () => `whsec_${randomBytes(24).toString('base64')}`

/**
 * The headers of one attempt, as Standard Webhooks has them: the id stays, the time is the attempt's. While a secret is
 * being replaced, both sign.
 */
export function signedHeaders(
  message: { id: string; body: string },
  secrets: SigningSecrets | undefined,
  at: Date
): Record<string, string> {
  const { id, body } = message
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)) }
  if (secrets === undefined) return headers
  const { secret, previousSecret, previousSecretUntil } = secrets
  const signing = [secret]
  if (previousSecret !== null && previousSecretUntil !== null && previousSecretUntil > at) signing.push(previousSecret)
  return { ...headers, 'webhook-signature': signing.map((each) => new Webhook(each).sign(id, at, body)).join(' ') }
}
