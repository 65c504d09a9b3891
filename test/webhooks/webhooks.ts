import type { Test } from 'tap'
import { Webhook as Verifier } from 'standardwebhooks'
import type { Event } from '../../src/events/event.ts'
import { eventually } from '../harness/eventually.ts'
import { client, makeAccount, startService, type Ground } from '../harness/service.ts'
import type { Received } from '../harness/receiver.ts'

/** Tests deliver to receivers of their own. */
export const localReceivers = { OUTBOUND_ALLOW: '127.0.0.0/8' }

export interface ShownDelivery {
  id: string
  eventId: string
  type: string
  state: string
  url: string | null
  nextAttemptAt: string | null
  attempts: Array<{ attempt: number; status: number | null; error: string | null; answer: string | null; durationMs: number | null }>
}

/** What is looked at in the answers to all of the calls. */
interface Answer {
  id: string
  secret: string
  deliveries: ShownDelivery[]
}

export const startWithReceivers = (t: Test, ground: Ground) => startService(t, ground, localReceivers)

/** An account, as a program that manages its webhooks. */
export async function webhookOwner(ground: Ground, url: string) {
  const { accountId, key } = await makeAccount(ground)
  const program = client(url, key)
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await program.send(`/v1/webhooks${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
    })
    return { status: response.status, headers: response.headers, body: (response.status === 204 ? {} : await response.json()) as Answer }
  }
  const make = async (receiver: { url: string }, events = ['analysis.completed', 'analysis.failed']) => {
    const { status, body } = await call('POST', '', { url: receiver.url, events })
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
    return body
  }
  const deliveries = async (id: string) => (await call('GET', `/${id}/deliveries`)).body.deliveries
  /** Waits until the newest delivery is in this state. */
  const newest = async (id: string, state: string, attempts = 1) => {
    let found: ShownDelivery | undefined
    await eventually(async () => {
      ;[found] = await deliveries(id)
      return found?.state === state && found.attempts.filter(({ durationMs }) => durationMs !== null).length >= attempts
    }, 10_000)
    return found as ShownDelivery
  }
  return { accountId, key, program, call, make, deliveries, newest }
}

/** The event in a request, if the secret signed it. @throws when it did not */
export const verified = (secret: string, { body, headers }: Received) => new Verifier(secret).verify(body, headers) as Event

/** As if the pause before the next attempt had passed. */
export async function passPause(ground: Ground, deliveryId: string): Promise<void> {
  await ground.database.query("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE id = $1 AND state = 'pending'", [deliveryId])
}
