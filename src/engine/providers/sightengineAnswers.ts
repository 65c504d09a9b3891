import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { JsonAnswer } from './exchange.ts'
import { ProviderFailure, type ProviderFailureCode } from './failure.ts'

/*
 * What Sightengine answers, as far as it is used. Whatever else is in an answer is ignored.
 */

const Score = Type.Number({ minimum: 0, maximum: 1 })

/** How a picture looks to the models `genai` and `deepfake`; `ai_generators` tells the first one's score by generator. */
const Scores = Type.Object({
  ai_generated: Score,
  deepfake: Type.Optional(Score),
  ai_generators: Type.Optional(Type.Record(Type.String(), Score))
})
export type Scores = Static<typeof Scores>

const PictureAnswer = Type.Object({ status: Type.Literal('success'), type: Scores })

const VideoAnswer = Type.Object({
  status: Type.Literal('success'),
  data: Type.Object({
    frames: Type.Array(Type.Object({ info: Type.Object({ position: Type.Number({ minimum: 0 }) }), type: Scores }), { minItems: 1, maxItems: 10_000 })
  })
})

const FailureAnswer = Type.Object({
  status: Type.Literal('failure'),
  error: Type.Object({ type: Type.String(), code: Type.Optional(Type.Number()) }),
  request: Type.Optional(Type.Object({ id: Type.Optional(Type.String()) }))
})

/** The scores of one moment of a video. */
export interface Moment {
  atSeconds: number
  scores: Scores
}

/** @throws {ProviderFailure} */
export function readPicture(answer: JsonAnswer): Scores {
  return readAs(PictureAnswer, answer).type
}

/** @throws {ProviderFailure} */
export function readVideo(answer: JsonAnswer): Moment[] {
  // A position is in milliseconds.
  return readAs(VideoAnswer, answer).data.frames.map(({ info, type }) => ({ atSeconds: info.position / 1_000, scores: type }))
}

function readAs<Schema extends typeof PictureAnswer | typeof VideoAnswer>(schema: Schema, answer: JsonAnswer): Static<Schema> {
  if (answer.status === 200 && Value.Check(schema, answer.body)) return answer.body
  throw failureOf(answer)
}

const meanings: { readonly [type: string]: ProviderFailureCode } = {
  api_error: 'broken',
  unknown_error: 'broken',
  argument_error: 'request_refused',
  callback_error: 'request_refused',
  request_error: 'request_refused',
  credentials_error: 'credentials_refused',
  media_error: 'media_refused',
  plan_error: 'allowance_used_up',
  usage_limit: 'allowance_used_up'
}

/** `error.type` tells failures apart; `error.code` is for Sightengine's support, and stands in our log with the request's id. */
function failureOf({ status, body, retryAfterMs }: JsonAnswer): ProviderFailure {
  const told = Value.Check(FailureAnswer, body) ? body : undefined
  const type = told?.error.type ?? ''
  const known = Object.hasOwn(meanings, type) ? meanings[type]! : undefined
  const detail = [`HTTP ${status}`, known && type, told?.error.code, plain(told?.request?.id)].filter((part) => part !== undefined).join(', ')
  // A limit of requests in a time passes by itself; one of a month does not, and comes without a time to wait.
  const isSoonOver = status === 429 && (retryAfterMs > 0 || known !== 'allowance_used_up')
  if (isSoonOver || status === 503) return new ProviderFailure('busy', { detail, retryAfterMs })
  if (known !== undefined) return new ProviderFailure(known, { detail, retryAfterMs })
  if (status >= 500) return new ProviderFailure('broken', { detail, retryAfterMs })
  return new ProviderFailure(status >= 400 ? 'request_refused' : 'bad_answer', { detail })
}

const plain = (id: string | undefined) => (id !== undefined && /^\w{1,60}$/.test(id) ? id : undefined)
