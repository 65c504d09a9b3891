import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import parseRange from 'range-parser'
import { sentence } from '../language/sentence.ts'
import { isKnown } from '../platform/caching.ts'
import { Problem } from '../platform/problem.ts'
import { ObjectMissing, type Storage } from '../platform/storage/storage.ts'

/** What is to be sent: an object, and how it is shown. */
export interface Download {
  key: string
  sizeBytes: number
  mediaType: string
  fileName: string
  /** A quoted string that changes with the bytes: a strong one. */
  etag: string
  cacheControl: string
}

/**
 * Streams an object through our own origin, whole or in one range (RFC 9110 §14). What clients uploaded is shown
 * without any right: no script, no sniffing, no frame, nothing of our origin.
 */
export async function sendDownload(
  request: FastifyRequest,
  reply: FastifyReply,
  storage: Storage,
  download: Download
): Promise<FastifyReply> {
  const { key, sizeBytes, mediaType, fileName, etag, cacheControl } = download
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': cacheControl,
    'content-disposition': contentDisposition(fileName, { type: 'inline' }),
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    etag
  })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()

  const range = rangeOf(request, sizeBytes, etag)
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const body = await storage.get(key, { ...(range && { range }), signal: gone.signal }).catch((error: unknown) => {
    if (error instanceof ObjectMissing) throw new Problem('not_found', sentence('The file is no longer kept.'), { cause: error })
    throw error
  })

  if (range !== undefined) {
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${sizeBytes}`)
  }
  const length = range === undefined ? sizeBytes : range.end - range.start + 1
  return reply.type(mediaType).header('content-length', length).send(body)
}

/** The one range that is asked for; undefined for the whole: no range, several, or one for other bytes (`If-Range`). */
function rangeOf(request: FastifyRequest, sizeBytes: number, etag: string) {
  const { range: header, 'if-range': ifRange } = request.headers
  if (header === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined
  const ranges = parseRange(sizeBytes, header)
  if (ranges === -1) {
    throw new Problem('range_not_satisfiable', undefined, { headers: { 'content-range': `bytes */${sizeBytes}` } })
  }
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined
  return ranges[0]
}
