import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyBaseLogger } from 'fastify'
import { repeat } from '../../platform/repeat.ts'
import type { TrustList } from '../detector.ts'
import { openPublishedList } from './publishedList.ts'

/** The trust list as it is now, kept up to date. */
export interface KeptTrustList {
  /** Undefined while a published list could never be fetched. */
  current(): TrustList | undefined
  close(): Promise<void>
}

export interface TrustListOptions {
  /** A file with certificates in PEM, or the `https:` address of one. */
  location: string
  /** Where a published list is kept, so that a restart does not depend on who publishes it. */
  dataDir: string
  log: FastifyBaseLogger
}

/** A fault of the configuration. */
export class TrustListError extends Error {
  override name = 'TrustListError'
}

/** How often is looked whether the file has changed, or a published list is to be fetched again. */
const roundMs = 5 * 60_000

/**
 * Opens a trust list, and follows its changes. One that can't be read any more, or has no certificate left in it, is no reason to
 * believe nobody: the last good one stays, and the log says so.
 *
 * @throws {TrustListError} when it is a file that can't be read or holds no certificate: nobody would notice later that nothing is checked
 */
export async function openTrustList({ location, dataDir, log }: TrustListOptions): Promise<KeptTrustList> {
  const published = URL.canParse(location) ? await openPublishedList({ url: new URL(location), dataDir, check: trustListOf, log }) : undefined
  const fromFile = async () => trustListOf(await readFile(location, 'utf8'))
  const kept = published?.kept
  let list = kept === undefined ? undefined : trustListOf(kept)
  if (published === undefined) {
    list = await fromFile().catch((error: unknown) => {
      throw new TrustListError(`TRUST_LIST can not be used: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    })
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const text = await published?.refresh(signal)
    const fresh = published === undefined ? await fromFile() : text === undefined ? list : trustListOf(text)
    if (fresh?.version !== list?.version) log.info({ version: fresh?.version }, 'The trust list of Content Credentials has changed')
    list = fresh
  }

  // The first analysis is not to be the one that goes without it; but nobody waits for long.
  if (list === undefined) await follow(AbortSignal.timeout(10_000)).catch((error: unknown) => log.warn({ err: error }, 'There is no trust list yet'))
  const following = repeat('refresh of the trust list', roundMs, log, follow)
  return { current: () => list, close: () => following.close() }
}

const maxCertificates = 5_000

/**
 * The certificates of a PEM file; comments and whatever else stands between them are left out, and so are those that can't be read.
 * The same certificates in another order are the same list.
 *
 * @throws when there is none
 */
export function trustListOf(text: string): TrustList {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const certificates = [...new Set(blocks.slice(0, maxCertificates).flatMap(certificateIn))].sort()
  if (certificates.length === 0) throw new Error('There is no certificate in the trust list')
  const anchors = certificates.join('')
  return { anchors, version: createHash('sha256').update(anchors).digest('hex').slice(0, 12) }
}

function certificateIn(block: string): string[] {
  try {
    return [new X509Certificate(block).toString()]
  } catch {
    return []
  }
}
