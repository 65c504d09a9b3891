import type { Analysis } from './moves.ts'

/**
 * The names of an analysis's objects. They are made of ids alone, never of a client's words, and all of them stand
 * below one prefix, so that they can be removed together.
 */
type Owned = Pick<Analysis, 'accountId' | 'id'>

export const objectPrefix = ({ accountId, id }: Owned) => `${accountId}/${id}/`

export const mediaKey = (analysis: Owned) => `${objectPrefix(analysis)}media`

/** Each attempt writes below a prefix of its own: a late one can't overwrite what a verdict refers to. */
export const evidencePrefix = (analysis: Owned, attempt?: number) =>
  `${objectPrefix(analysis)}evidence/${attempt === undefined ? '' : `${attempt}/`}`
