import type { Still } from '../video/stills.ts'
import { createCaller, type CallerOptions } from './caller.ts'
import { openExchange, type JsonAnswer } from './exchange.ts'
import { ProviderFailure } from './failure.ts'
import { multipart } from './multipart.ts'
import type { Provider } from './provider.ts'
import { readPicture, readVideo, type Moment } from './sightengineAnswers.ts'
import { signalsOfMoments, signalsOfPicture } from './sightengineSignals.ts'

export interface SightengineOptions {
  /** Where it is reached; another address in tests. */
  url: URL
  user: string
  secret: string
}

/** Its synchronous interface takes videos of less than that. */
const SYNC_SECONDS = 60
const SYNC_BYTES = 50_000_000
/** Of a larger video so many pictures are sent, evenly spread: each is charged for as one. */
const MAX_STILLS = 10

/**
 * Sightengine, whose models `genai` and `deepfake` are asked about the pixels; they read no metadata.
 *
 * Pictures, and videos of less than 60 s and 50 MB, are sent as they are, in one request that answers with the scores
 * (https://sightengine.com/docs/ai-generated-image-detection, /docs/moderate-stored-video, /docs/video-moderation-principles). Of larger
 * videos stills are sent that the engine's thread has taken, so that the deadline holds: their other way, a callback minutes later, is too
 * slow.
 *
 * The credentials are fields of the form, as its interface wants it: they stand in no address, and so in nobody's access log.
 */
export function sightengine({ url, user, secret }: SightengineOptions, options: CallerOptions = {}): Provider {
  const exchange = openExchange(url.origin)
  const caller = createCaller(options)

  async function check<T>(path: string, file: { bytes: Uint8Array; mediaType: string }, read: (answer: JsonAnswer) => T, signal: AbortSignal, dueAt: number) {
    const body = multipart({ models: 'genai,deepfake', api_user: user, api_secret: secret }, { name: 'media', ...file })
    return caller.call(async () => read(await exchange.post(path, body, {}, signal)), signal, dueAt)
  }

  /** Pictures that fail are left out, as long as half of them were answered. */
  async function checkStills(stills: readonly Still[], signal: AbortSignal, dueAt: number): Promise<Moment[]> {
    const chosen = evenly(stills, MAX_STILLS)
    const outcomes = await Promise.allSettled(
      chosen.map(async ({ atSeconds, jpeg }) => ({
        atSeconds,
        scores: await check('/1.0/check.json', { bytes: jpeg, mediaType: 'image/jpeg' }, readPicture, signal, dueAt)
      }))
    )
    const moments = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const failed = outcomes.find(({ status }) => status === 'rejected')
    if (failed !== undefined && moments.length * 2 < chosen.length) throw (failed as PromiseRejectedResult).reason
    return moments
  }

  return {
    id: 'sightengine',
    version: '1',
    kinds: ['image', 'video'],
    async examine({ bytes, mediaType, sampled }, signal, dueAt) {
      if (!mediaType.startsWith('video/')) {
        return signalsOfPicture(await check('/1.0/check.json', { bytes, mediaType }, readPicture, signal, dueAt))
      }
      const { durationSeconds = 0, stills = [] } = sampled ?? {}
      if (durationSeconds < SYNC_SECONDS && bytes.byteLength < SYNC_BYTES) {
        return signalsOfMoments(await check('/1.0/video/check-sync.json', { bytes, mediaType }, readVideo, signal, dueAt))
      }
      if (stills.length === 0) throw new ProviderFailure('media_refused', { detail: 'no picture could be taken from the video' })
      return signalsOfMoments(await checkStills(stills, signal, dueAt))
    },
    circuit: () => caller.circuit,
    close: () => exchange.close()
  }
}

function evenly<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items]
  return Array.from({ length: most }, (_, n) => items[Math.floor(((n + 0.5) * items.length) / most)]!)
}
