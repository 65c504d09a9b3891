import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { parseNetworks } from '../../platform/outbound/addresses.ts'
import { createOutbound, type OutboundAnswer } from '../../platform/outbound/outbound.ts'

/** What is kept on disk of a published list. */
const Kept = Type.Object({
  url: Type.String(),
  text: Type.String(),
  /** Milliseconds since 1970: when it was last known to be what is published. */
  checkedAt: Type.Number(),
  /** By which the publisher is asked whether it has changed (RFC 9110, section 13.1). */
  etag: Type.Optional(Type.String()),
  lastModified: Type.Optional(Type.String())
})
type Kept = Type.Static<typeof Kept>

export interface PublishedList {
  /** As it was kept on disk. */
  readonly kept: string | undefined
  /**
   * Fetches the list when it is due.
   * @returns undefined when it is not due, or has not changed
   * @throws when it can't be had, or is no list
   */
  refresh(signal: AbortSignal): Promise<string | undefined>
}

const refreshEveryMs = 24 * 3_600_000
const timeoutMs = 30_000
/** The C2PA's own list has some hundred kilobytes. */
const maxBytes = 5_000_000
const maxRedirects = 3

/** The address is the operator's own choice: it may be one of the inner network. */
const outbound = () => createOutbound({ allowed: parseNetworks('0.0.0.0/0, ::/0') })

export interface PublishedListOptions {
  url: URL
  dataDir: string
  /** Throws for what is no list, and must not take the place of one. */
  check: (text: string) => void
  log: FastifyBaseLogger
}

export async function openPublishedList({ url, dataDir, check, log }: PublishedListOptions): Promise<PublishedList> {
  const path = join(dataDir, 'trust-list.json')
  let kept = await readKept(path, url.href, check)

  return {
    kept: kept?.text,
    async refresh(signal) {
      if (kept !== undefined && Date.now() - kept.checkedAt < refreshEveryMs) return undefined
      const fresh = await fetchList(url, kept, signal)
      check(fresh.text)
      const hasChanged = fresh.text !== kept?.text
      kept = fresh
      await keep(path, fresh).catch((error: unknown) => log.warn({ err: error, path }, 'The trust list can not be kept on disk'))
      return hasChanged ? fresh.text : undefined
    }
  }
}

/** Nothing for a file that is not there, is not ours, is of another address, or holds no list. */
async function readKept(path: string, url: string, check: (text: string) => void): Promise<Kept | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!Value.Check(Kept, kept) || kept.url !== url) return undefined
    check(kept.text)
    return kept
  } catch {
    return undefined
  }
}

/** Whole or not at all, also when two processes share the folder. */
async function keep(path: string, list: Kept): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.${process.pid}`, JSON.stringify(list))
  await rename(`${path}.${process.pid}`, path)
}

async function fetchList(url: URL, kept: Kept | undefined, signal: AbortSignal): Promise<Kept> {
  const headers = {
    'user-agent': 'FakeTect/1 (fetches the trust list that its operator names)',
    accept: 'application/x-pem-file, text/plain, */*;q=0.5',
    'accept-encoding': 'identity',
    ...(kept?.etag === undefined ? {} : { 'if-none-match': kept.etag }),
    ...(kept?.lastModified === undefined ? {} : { 'if-modified-since': kept.lastModified })
  }
  let at = url
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await outbound().request(at.href, { method: 'GET', headers, timeoutMs, signal }, readAnswer)
    if ('redirectedTo' in answer) {
      at = new URL(answer.redirectedTo, at)
      // What was asked for over a secured connection is not taken over an open one.
      if (at.protocol !== url.protocol) throw new Error('The trust list is redirected to another protocol')
      continue
    }
    if ('unusable' in answer) throw new Error(answer.unusable)
    const known = { url: url.href, checkedAt: Date.now() }
    if ('text' in answer) return { ...known, ...answer }
    if (kept !== undefined) return { ...kept, ...known }
    throw new Error('The publisher of the trust list calls it unchanged, though it was never fetched')
  }
  throw new Error('The trust list is redirected too often')
}

type Answered = Pick<Kept, 'text' | 'etag' | 'lastModified'> | { unchanged: true } | { redirectedTo: string } | { unusable: string }

async function readAnswer({ status, headers, body }: OutboundAnswer): Promise<Answered> {
  const one = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined)
  const location = one('location')
  if (status === 304) return { unchanged: true }
  if (status >= 300 && status < 400 && location !== undefined) return { redirectedTo: location }
  if (status !== 200) return { unusable: `The publisher of the trust list answered with ${status}` }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) return { unusable: 'The published trust list is too large' }
  }
  const [etag, lastModified] = [one('etag'), one('last-modified')]
  return { text: Buffer.concat(chunks).toString('utf8'), ...(etag && { etag }), ...(lastModified && { lastModified }) }
}
