import { Problem } from './problem.ts'
import { ask, openStream } from './request.ts'
import { pathOf, type QueryValue } from './requests.ts'
import { retrying } from './retry.ts'

export interface ClientOptions {
  /** Where the service is, such as `https://faketect.example`. */
  url: string | URL
  /** An API key. Without it, a page of the service itself uses its session. */
  key?: string | undefined
  /** Of what is written for people; English by default. */
  language?: 'en' | 'fr' | undefined
}

export interface Sent {
  params?: Record<string, string>
  query?: Record<string, QueryValue>
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

/** A download of which nothing comes for so long is broken. */
const SILENCE_MS = 30_000

/** One service, and who asks it. */
export type Connection = ReturnType<typeof connect>

/** @throws {TypeError} when the address is none */
export function connect({ url, key, language }: ClientOptions) {
  const { origin, protocol } = new URL(url)
  if (!/^https?:$/.test(protocol)) throw new TypeError('The address of the service begins with https:// or http://')
  const headers: Record<string, string> = {
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(language !== undefined && { 'accept-language': language })
  }

  /** @param path may be a link from an answer: whatever stands there, the key goes to the service alone */
  function at(path: string): URL {
    const address = new URL(path, origin)
    if (address.origin !== origin) throw new Problem(0, { title: 'A link leads away from the service' })
    return address
  }

  /** Sends a request once. @param name such as `GET /v1/analyses/{id}`, or with a link in place of the template */
  function once<T>(name: string, { params, query, body, headers: more, ...options }: Sent = {}): Promise<T> {
    const [method = '', template = ''] = name.split(' ')
    return ask<T>(at(pathOf(template, params, query)), { method, json: body, headers: { ...headers, ...more }, ...options })
  }

  /** Sends a request until it has an answer. @param isSafe whether that may be done when nobody knows what became of it */
  const send = <T>(name: string, sent: Sent = {}, isSafe = /^(?:GET|DELETE) /.test(name)): Promise<T> =>
    retrying(() => once<T>(name, sent), { isSafe, signal: sent.signal })

  /** All items of a list, asking for the next page when the one before is read. */
  async function* pages<Item>(path: string, items: string, query: Record<string, QueryValue> = {}, signal?: AbortSignal): AsyncGenerator<Item, void> {
    for (let next: string | null = pathOf(path, {}, query); next !== null; ) {
      const page: Record<string, unknown> = await send(`GET ${next}`, { signal })
      yield* page[items] as Item[]
      next = page.next as string | null
    }
  }

  const download = (template: string, { params, query, signal }: Sent): Promise<Response> =>
    retrying(() => openStream(at(pathOf(template, params, query)), { headers, signal, silenceMs: SILENCE_MS }), { isSafe: true, signal })

  return { headers, at, once, send, pages, download }
}
