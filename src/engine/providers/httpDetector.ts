import { createHash } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { sentence, type Sentence } from '../../language/sentence.ts'
import type { Signal } from '../types.ts'
import { log10Ratio } from './calibration.ts'
import { createCaller, type CallerOptions } from './caller.ts'
import { fileBody, openExchange, type JsonAnswer } from './exchange.ts'
import { ProviderFailure, type ProviderFailureCode } from './failure.ts'
import type { Provider } from './provider.ts'

export interface HttpDetectorOptions {
  url: URL
  /** Sent as a bearer token (RFC 6750); undefined for none. */
  token: string | undefined
  /** The share of honest photographs to which it gives its highest scores, see `calibration.ts`. */
  falseAlarmRate: number
}

const MAX_REGIONS = 20
const Side = Type.Number({ minimum: 0, maximum: 1_000_000 })

const Score = Type.Number({ minimum: 0, maximum: 1 })
const Region = Type.Object({ x: Side, y: Side, width: Side, height: Side, score: Type.Optional(Score) })
type Region = Static<typeof Region>

const Answer = Type.Object({
  score: Score,
  label: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  regions: Type.Optional(Type.Array(Region, { maxItems: 10_000 })),
  model: Type.String({ minLength: 1, maxLength: 200 })
})

/**
 * A model server of whoever runs the service, which joins with no code: it is sent each file and answers with a score.
 *
 * The request is `POST` to the configured address: the file as it is in the body, `Content-Type` with its media type as it was
 * sniffed, `Content-Length`, `Accept: application/json`, and `Authorization: Bearer …` where a token is configured.
 *
 * The answer is 200 with `Content-Type: application/json` and at most 1 MB:
 *
 * - `score`, 0 to 1: how sure the model is of what `label` says.
 * - `label`, optional: `ai_generated` (taken where there is none) or `manipulated`. Any other is shown, and counts for nothing.
 * - `regions`, optional: `[{x, y, width, height, score?}]` in pixels of the picture as displayed; the first 20 are shown.
 * - `model`: its name and version, shown with the score.
 *
 * 415 says that the model does not look at such files: nothing is missing then. 400, 413 and 422 say that it can't read this one,
 * 401 and 403 that the token is wrong. 429, 503 and other 5xx are asked again, after `Retry-After` where the time left allows. Redirects
 * are not followed.
 *
 * The same address is taken for the same model: results of an earlier one answer the same file again. When the model changes, change the
 * address, be it by a query (`?v=2`).
 */
export function httpDetector({ url, token, falseAlarmRate }: HttpDetectorOptions, options: CallerOptions = {}): Provider {
  const exchange = openExchange(url.origin)
  const caller = createCaller(options)
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }

  return {
    id: 'http_detector',
    version: `1-${createHash('sha256').update(url.href).digest('hex').slice(0, 8)}-${falseAlarmRate}`,
    kinds: ['image', 'video'],
    async examine({ bytes, mediaType }, signal, dueAt) {
      const body = fileBody(bytes, mediaType)
      const answer = await caller.call(async () => read(await exchange.post(url.pathname + url.search, body, headers, signal)), signal, dueAt)
      return answer === undefined ? [] : [signalOf(answer, falseAlarmRate)]
    },
    circuit: () => caller.circuit,
    close: () => exchange.close()
  }
}

/** @returns undefined where the model does not look at such files */
function read({ status, body, retryAfterMs }: JsonAnswer): Static<typeof Answer> | undefined {
  if (status === 415) return undefined
  if (status === 200 && Value.Check(Answer, body)) return body
  throw new ProviderFailure(failureOf(status), { detail: `HTTP ${status}`, retryAfterMs })
}

function failureOf(status: number): ProviderFailureCode {
  if (status === 408 || status === 429 || status === 503) return 'busy'
  if (status >= 500) return 'broken'
  if (status === 401 || status === 403) return 'credentials_refused'
  if (status === 400 || status === 413 || status === 422) return 'media_refused'
  return status >= 400 ? 'request_refused' : 'bad_answer'
}

/** Whatever else a region holds is left out. */
const shownRegion = ({ x, y, width, height, score }: Region) => ({ x, y, width, height, ...(score !== undefined && { score }) })

const claims: { readonly [label: string]: { supports: 'ai_generated' | 'manipulated'; question: Sentence } } = {
  ai_generated: { supports: 'ai_generated', question: sentence('the question whether it was made by a generator') },
  manipulated: { supports: 'manipulated', question: sentence('the question whether it was manipulated') }
}

function signalOf({ score, label = 'ai_generated', regions = [], model }: Static<typeof Answer>, falseAlarmRate: number): Signal {
  const claim = Object.hasOwn(claims, label) ? claims[label] : undefined
  const log10LikelihoodRatio = claim === undefined ? 0 : log10Ratio(score, falseAlarmRate)
  const shown = Math.min(0.99, Math.max(0.01, score))
  const question = claim?.question ?? sentence('“{label}”', { label })
  return {
    detector: 'http_detector',
    code: log10LikelihoodRatio > 0 ? `looks_${claim?.supports}` : 'score',
    supports: log10LikelihoodRatio > 0 ? claim!.supports : null,
    log10LikelihoodRatio,
    log10Nfa: null,
    meaning: sentence('The model “{model}” gives the file a score of {score, number, ::.00} out of 1 on {question}.', { model, score: shown, question }),
    measured: { score, label, model, falseAlarmRate, regions: regions.slice(0, MAX_REGIONS).map(shownRegion) },
    evidence: []
  }
}
