import { sentence, paragraph, type Sentence } from '../../language/sentence.ts'
import type { TrustList } from '../detector.ts'
import type { NotChecked } from '../types.ts'
import { remoteManifestOf, storeBytesIn } from './find.ts'
import { readManifests, type Credentials } from './manifests.ts'
import { verify } from './verifier.ts'

/** What was found, and what could not be looked at. */
export interface CredentialsReading {
  credentials: Credentials | undefined
  notChecked: NotChecked[]
}

/** The store is taken apart in memory several times its size. Those with many ingredients' thumbnails have a few megabytes. */
const maxStoreBytes = 32_000_000
/** The library holds the file three times. As much as anyone may upload. */
const maxFileBytes = 100_000_000

/**
 * Reads and verifies the Content Credentials of a file: a picture, a video, or whatever else the C2PA's library knows. No network is
 * used for it, whatever the file says.
 *
 * @param bytes the whole file
 */
export async function readCredentials(bytes: Uint8Array, mediaType: string, trustList: TrustList | undefined): Promise<CredentialsReading> {
  const storeBytes = storeBytesIn(bytes)
  const read = storeBytes === undefined ? { credentials: undefined, notChecked: [] } : await readStore(bytes, storeBytes, mediaType, trustList)
  // Beside a store that can be read, the address is that of its own copy.
  const remote = read.credentials === undefined ? remoteManifestOf(bytes) : undefined
  return remote === undefined ? read : { ...read, notChecked: [keptElsewhere(remote), ...read.notChecked] }
}

async function readStore(bytes: Uint8Array, storeBytes: number, mediaType: string, trustList: TrustList | undefined): Promise<CredentialsReading> {
  if (bytes.length > maxFileBytes || storeBytes > maxStoreBytes) return unread('too_large', sentence('They are too large to be verified here.'))

  const verification = await verify({ bytes, mediaType, anchors: trustList?.anchors })
  if ('failed' in verification) {
    return verification.failed === 'timed_out'
      ? unread('timed_out', sentence('Verifying them took too long.'))
      : unread('unreadable', sentence('They are damaged, or made in a way that can’t be made sense of.'))
  }
  if ('refusal' in verification) return refused(verification.refusal, mediaType)
  const credentials = readManifests(JSON.parse(verification.report), verification.activeLabel, trustList !== undefined)
  return credentials === undefined ? unread('unreadable', sentence('They hold no manifest.')) : { credentials, notChecked: [] }
}

function refused(refusal: string, mediaType: string): CredentialsReading {
  return /UnsupportedType|UnknownAlgorithm|unsupported/i.test(refusal)
    ? unread('not_supported', sentence('They can’t be verified here in a file of this kind ({mediaType}).', { mediaType }))
    : unread('unreadable', sentence('They are damaged, or not where such a file keeps them.'))
}

function unread(why: 'too_large' | 'timed_out' | 'unreadable' | 'not_supported', hindrance: Sentence): CredentialsReading {
  const reason = paragraph(sentence('The file carries Content Credentials (C2PA), a signed history of its making, which could not be read.'), hindrance)
  return { credentials: undefined, notChecked: [{ code: `credentials_${why}`, reason }] }
}

function keptElsewhere(address: string): NotChecked {
  return {
    code: 'credentials_remote',
    reason: sentence(
      'The file says that its Content Credentials are kept at {address}. Addresses that stand in a file are not called from here; whoever trusts this one can verify them there.',
      { address: address.slice(0, 200) }
    )
  }
}
