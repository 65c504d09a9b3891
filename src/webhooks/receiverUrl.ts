import { OutboundFailure } from '../platform/outbound/failure.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import { Problem } from '../platform/problem.ts'

/** Checks the address of a receiver as far as it can be seen from the address itself. @throws {Problem} `invalid_url` */
export function receiverUrl(outbound: Outbound, given: string): string {
  try {
    return outbound.readUrl(given).href
  } catch (error) {
    if (error instanceof OutboundFailure) throw new Problem('invalid_url', error.reason, { cause: error })
    throw error
  }
}
