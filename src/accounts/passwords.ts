import { hash, parseOptions, verify } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'
import { sentence } from '../language/sentence.ts'
import { turnstile } from '../platform/turnstile.ts'
import { Problem } from '../platform/problem.ts'
import { commonPasswords } from './commonPasswords.ts'

/** argon2id as OWASP asks for it: 19 MiB, two passes, one lane. The library's own default is argon2id, version 19. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * So many at a time: libuv's threads, of which the supervisor gives two to each engine thread and four more, are for
 * pictures, files and names as well. Each takes some 30 ms of a core.
 */
const AT_ONCE = 2
/** So many may wait, for about a second; further ones are told to come back. */
const MAX_WAITING = 60

/** In characters. NIST SP 800-63B: a length, and nothing about what kinds of characters. */
export const MIN_PASSWORD_LENGTH = 10
export const MAX_PASSWORD_LENGTH = 256

export interface Passwords {
  /** Refuses before any work is done what would be refused after it. @throws {Problem} `too_busy` */
  refuseWhenBusy(): void
  /** In PHC string format. @throws {Problem} `too_busy` */
  hash(password: string): Promise<string>
  /**
   * Whether it is the password. Without a hash to compare with it is not, and takes the same time.
   * @throws {Problem} `too_busy`
   */
  verify(hash: string | null | undefined, password: string): Promise<boolean>
  /** Whether a hash was made with other parameters than today's. */
  isOutdated(hash: string): boolean
}

/** Hashes passwords, a few at a time. */
export function hashPasswords(): Passwords {
  const gate = turnstile(AT_ONCE, MAX_WAITING)
  const never = new AbortController().signal
  let asking = 0
  // Made at once: the first sign-in to no account would else take longer.
  const nobodys = hash(randomBytes(32), parameters)
  nobodys.catch(() => undefined) // Whoever compares with it hears of it.

  function refuseWhenBusy(): void {
    if (asking < AT_ONCE + MAX_WAITING) return
    throw new Problem('too_busy', sentence('Many are signing in at this moment.'), { headers: { 'retry-after': '2' } })
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    refuseWhenBusy()
    asking++
    try {
      await gate.enter(never)
      return await work().finally(() => gate.leave())
    } finally {
      asking--
    }
  }

  return {
    refuseWhenBusy,
    hash: (password) => inTurn(() => hash(bytesOf(password), parameters)),
    async verify(known, password) {
      const compared = known ?? (await nobodys)
      const right = await inTurn(() => verify(compared, bytesOf(password)))
      return right && known === compared
    },
    isOutdated(known) {
      const { memoryCost, timeCost, parallelism } = parseOptions(known)
      return memoryCost !== parameters.memoryCost || timeCost !== parameters.timeCost || parallelism !== parameters.parallelism
    }
  }
}

/** The same characters are the same password, whichever way a keyboard composes them. */
const bytesOf = (password: string) => Buffer.from(password.normalize('NFKC'))

/**
 * Refuses a password that is tried first.
 * @param email of the account that it is for
 * @throws {Problem} `weak_password`
 */
export function refuseWeakPassword(password: string, email: string | null): void {
  const lower = password.normalize('NFKC').toLowerCase()
  const name = email?.split('@', 1)[0]
  const repeated = /^(.{1,4})\1+$/su.test(lower)
  if (commonPasswords.has(lower) || repeated || lower === email || lower === name) {
    throw new Problem('weak_password', sentence('It is one of those that are tried first. Several words in a row are a good one.'))
  }
}
