import { serializeList, type BareItem, type Item } from 'structured-headers'
import { WINDOW_MS } from './windows.ts'

/** What is limited a minute. */
export const rateNames = ['requests', 'uploads', 'analyses', 'bytes'] as const
export type RateName = (typeof rateNames)[number]

/** A limit as it stands after a request was counted. */
export interface Standing {
  name: RateName
  max: number
  used: number
  resetMs: number
  /** What is counted, where it isn't requests; a quota unit of the draft below. */
  unit?: string
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), of all limits that a request met. */
export function rateLimitHeaders(standings: Standing[]): Record<string, string> {
  const policy = standings.map(({ name, max, unit }) =>
    item(name, { q: max, w: WINDOW_MS / 1_000, ...(unit !== undefined && { qu: unit }) })
  )
  const left = standings.map(({ name, max, used, resetMs }) =>
    item(name, { r: Math.max(0, max - used), t: Math.ceil(resetMs / 1_000) })
  )
  return { 'ratelimit-policy': serializeList(policy), ratelimit: serializeList(left) }
}

const item = (name: string, parameters: Record<string, BareItem>): Item => [name, new Map(Object.entries(parameters))]
