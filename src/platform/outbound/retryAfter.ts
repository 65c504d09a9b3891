/** The milliseconds of a `Retry-After` in seconds or as a date (RFC 9110 §10.2.3); 0 for none, and for what is neither. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number {
  if (typeof header !== 'string') return 0
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const date = Date.parse(header)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}
