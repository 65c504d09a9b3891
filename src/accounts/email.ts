import { domainToASCII } from 'node:url'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'

/** RFC 5321 §4.5.3.1 */
const MAX_LENGTH = 254
const MAX_LOCAL_LENGTH = 64

/**
 * The one form of an e-mail address: trimmed, in lower case, its domain in the letters of the DNS. What stands before
 * the @ is ASCII: most servers take nothing else, and letters that only look or fold alike can't name somebody else.
 * @throws {Problem} `invalid_email`
 */
export function normaliseEmail(given: string): string {
  const [, local = '', domain = ''] = /^([\w.!#$%&'*+/=?^`{|}~-]+)@([^\s@<>()[\]\\,;:"/?#%]+)$/.exec(given.trim()) ?? []
  const host = domainToASCII(domain.normalize('NFC')).toLowerCase()
  const address = `${local.toLowerCase()}@${host}`
  const dots = local.startsWith('.') || local.endsWith('.') || local.includes('..')
  const named = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/.test(host)
  if (local === '' || dots || local.length > MAX_LOCAL_LENGTH || !named || address.length > MAX_LENGTH) {
    throw new Problem('invalid_email', sentence('It has to be of the form name@example.com.'))
  }
  return address
}
