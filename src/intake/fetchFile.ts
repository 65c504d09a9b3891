import { parse as parseDisposition } from 'content-disposition'
import { sentence } from '../language/sentence.ts'
import { OutboundFailure } from '../platform/outbound/failure.ts'
import type { Outbound, OutboundAnswer } from '../platform/outbound/outbound.ts'
import { Problem } from '../platform/problem.ts'
import { tooLarge, type Bytes } from './meter.ts'
import type { IncomingFile } from './receive.ts'

export interface FetchOptions {
  outbound: Outbound
  maxBytes: number
  /** For everything together, redirects and the file itself. */
  timeoutMs: number
  signal: AbortSignal
}

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Who asks, and for the bytes as they are. Nothing of the client's own request goes along. */
const headers = { 'user-agent': 'FakeTect/1 (fetches files that its users name)', accept: 'image/*, video/*, */*;q=0.5', 'accept-encoding': 'identity' }

/** What an address sends, or where it sends us. */
type Outcome<T> = { taken: T } | { failed: unknown } | { redirectedTo: string }

/**
 * Fetches a file from an address that a client names, and hands it to `take` as it comes. Each redirect is checked like
 * the first address. What the other side says of the type is not believed.
 *
 * Before there is an answer, all that goes wrong is one problem in the same words: else its sender could learn from us
 * which machines are there, and what listens on them.
 * @throws {Problem} `invalid_url` for what can be seen from the address itself, `url_not_fetchable`, `file_too_large`
 * @throws what `take` throws
 */
export async function fetchFile<T>(
  { outbound, maxBytes, timeoutMs, signal }: FetchOptions,
  given: string,
  take: (file: Pick<IncomingFile, 'bytes' | 'fileName' | 'declaredType'>) => Promise<T>
): Promise<T> {
  let url = readUrl(outbound, given)
  const until = performance.now() + timeoutMs
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const request = { method: 'GET' as const, headers, timeoutMs: Math.max(1, Math.ceil(until - performance.now())), signal }
    const outcome = await outbound.request(url.href, request, (answer) => open(answer, url)).catch(notFetched)
    if ('taken' in outcome) return outcome.taken
    if ('failed' in outcome) throw outcome.failed
    const { redirectedTo } = outcome
    // Checked like the first, by the next request.
    url = URL.canParse(redirectedTo, url) ? new URL(redirectedTo, url) : notFetched(new OutboundFailure('url_refused'))
  }
  throw new Problem('url_not_fetchable', sentence('It redirects more than {most, number} times.', { most: MAX_REDIRECTS }))

  /** Nothing is thrown from here: the request would take it for a failure of its own. */
  async function open(answer: OutboundAnswer, from: URL): Promise<Outcome<T>> {
    try {
      const { location } = answer.headers
      if (REDIRECTS.has(answer.status) && typeof location === 'string') return { redirectedTo: location }
      refuse(answer, maxBytes)
      return { taken: await take({ bytes: bytesOf(answer), fileName: nameOf(answer, from), declaredType: '' }) }
    } catch (error) {
      return { failed: error }
    }
  }
}

/** @throws {Problem} `invalid_url` */
function readUrl(outbound: Outbound, given: string): URL {
  try {
    return outbound.readUrl(given)
  } catch (error) {
    if (error instanceof OutboundFailure) throw new Problem('invalid_url', error.reason, { cause: error })
    throw error
  }
}

function notFetched(error: unknown): never {
  if (error instanceof OutboundFailure) throw new Problem('url_not_fetchable', sentence('No answer could be had from there.'), { cause: error })
  throw error
}

function refuse({ status, headers: said }: OutboundAnswer, maxBytes: number): void {
  if (status !== 200) throw new Problem('url_not_fetchable', sentence('The address answers with status {status}.', { status }))
  const encoding = said['content-encoding']
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    throw new Problem('url_not_fetchable', sentence('The address sends the file in an encoding that was not asked for.'))
  }
  if (Number(said['content-length']) > maxBytes) throw tooLarge(maxBytes)
}

async function* bytesOf({ body }: OutboundAnswer): Bytes & AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    throw new Problem('url_not_fetchable', sentence('The file broke off, or did not come in time.'), { cause: error })
  }
}

/** As the answer says, else as the address ends. */
function nameOf({ headers: said }: OutboundAnswer, from: URL): string {
  const disposition = said['content-disposition']
  const named = typeof disposition === 'string' ? dispositionName(disposition) : undefined
  return named ?? decoded(from.pathname.split('/').at(-1) ?? '')
}

function dispositionName(header: string): string | undefined {
  try {
    return parseDisposition(header).parameters.filename
  } catch {
    return undefined // It is not as the standard has it; nobody needs it.
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
