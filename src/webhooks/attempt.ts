import { asOutboundFailure } from '../platform/outbound/failure.ts'
import { readExcerpt } from '../platform/outbound/excerpt.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import { retryAfterMs } from '../platform/outbound/retryAfter.ts'
import type { Claim, Outcome } from './moves.ts'
import { signedHeaders } from './signature.ts'

export const ATTEMPT_TIMEOUT_MS = 15_000
/** How much of an answer is kept, and how long its body may take when its status is known. */
const ANSWER_BYTES = 1_024
const ANSWER_MS = 1_000

/** Sends a delivery once. Never throws: whatever happens is an outcome. */
export async function attempt(outbound: Outbound, { delivery, url, secrets }: Claim, signal: AbortSignal): Promise<Outcome> {
  const begun = performance.now()
  const took = () => Math.round(performance.now() - begun)
  const at = new Date()
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'FakeTect-Webhooks/1',
    ...signedHeaders({ id: delivery.eventId, body: delivery.body }, secrets, at)
  }
  const request = { method: 'POST', headers, body: delivery.body, timeoutMs: ATTEMPT_TIMEOUT_MS, signal } as const
  try {
    return await outbound.request(url, request, async ({ status, headers, body }) => {
      const durationMs = took()
      const answer = await readExcerpt(body, ANSWER_BYTES, ANSWER_MS)
      const wait = retryAfterMs(headers['retry-after'], at.getTime())
      return { status, error: errorOf(status), answer, durationMs, retryAfterMs: wait }
    })
  } catch (error) {
    return { status: null, error: asOutboundFailure(error).code, answer: null, durationMs: took(), retryAfterMs: 0 }
  }
}

/** Only 2xx is a delivery: a redirect would lead to an address that nobody has subscribed. */
function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null
  if (status === 410) return 'gone'
  return status >= 300 && status < 400 ? 'redirected' : 'refused'
}
