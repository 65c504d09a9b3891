import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { hashSecret } from './apiKeys.ts'

/**
 * What a browser keeps after somebody has signed in on it: so that its next attempts are counted apart from those of
 * strangers, who could else keep the owner of an account out by guessing wrong all the time. It opens nothing.
 *
 * It is `<random>.<MAC>`, signed with the account's password hash as the key: nothing has to be stored, and another
 * password makes all of them void.
 */

/** Whose browser it may be. */
export interface DeviceOwner {
  id: string
  passwordHash: string | null
}

const RANDOM_LENGTH = 22

/** @returns undefined for an account without a password, which nobody signs in to by one */
export function newDevice(owner: DeviceOwner): string | undefined {
  if (owner.passwordHash === null) return undefined
  const random = randomBytes(16).toString('base64url')
  return `${random}.${sign(random, owner.id, owner.passwordHash)}`
}

/** The name under which its attempts are counted; undefined when it is not a device of the account. */
export function deviceName(device: string | undefined, owner: DeviceOwner | undefined): string | undefined {
  if (device === undefined || owner === undefined || owner.passwordHash === null) return undefined
  const random = device.slice(0, RANDOM_LENGTH)
  const expected = Buffer.from(`${random}.${sign(random, owner.id, owner.passwordHash)}`)
  const given = Buffer.from(device)
  return given.length === expected.length && timingSafeEqual(given, expected) ? hashSecret(device) : undefined
}

const sign = (random: string, accountId: string, key: string) =>
  createHmac('sha256', key).update(`device ${accountId} ${random}`).digest('base64url')
