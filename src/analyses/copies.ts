import type { Analysis } from './moves.ts'

/** What never becomes another, and whose name nobody else can be given. Its address is asked for again after a day. */
export const IMMUTABLE = 'private, max-age=86400, immutable'

/**
 * The `Cache-Control` of what a browser is sent of analyses. What is not to be kept here is not to be kept there either,
 * unless nothing is left of it that should not be.
 * @param usual for those that are kept
 */
export function copiesOf(analyses: ReadonlyArray<Pick<Analysis, 'retention' | 'purgedAt'>>, usual = 'private, no-cache'): string {
  return analyses.some(({ retention, purgedAt }) => retention === 'none' && purgedAt === null) ? 'private, no-store' : usual
}
