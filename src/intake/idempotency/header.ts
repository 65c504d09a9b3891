import { parseItem } from 'structured-headers'
import { sentence } from '../../language/sentence.ts'
import { Problem } from '../../platform/problem.ts'

const MAX_LENGTH = 255
/** What most clients send, though the draft asks for a string in quotes: a UUID, or another word. */
const BARE = /^[\w!#$%&'*+./:=@^`|~-]+$/

/**
 * The key of an `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header): a string of structured headers,
 * or the same without quotes.
 * @throws {Problem} `invalid_idempotency_key`
 */
export function readIdempotencyKey(header: string | string[]): string {
  const given = [header].flat().join(', ').trim()
  const key = BARE.test(given) ? given : stringOf(given)
  if (key === undefined || key === '' || key.length > MAX_LENGTH) {
    throw new Problem('invalid_idempotency_key', sentence('Send one string of at most {most, number} characters, such as a UUID.', { most: MAX_LENGTH }))
  }
  return key
}

function stringOf(given: string): string | undefined {
  try {
    const [value] = parseItem(given)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
