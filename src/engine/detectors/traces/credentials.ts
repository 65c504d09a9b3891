import type { Metadata } from '../../metadata.ts'
import { strength, type GeneratorTrace } from './trace.ts'

const generated = 'digitalsourcetype/trainedAlgorithmicMedia'

/** Others that say that a photograph is in it too: then the credentials tell a longer story than one word. */
const otherOrigins = [
  'digitalsourcetype/digitalCapture',
  'digitalsourcetype/computationalCapture',
  'digitalsourcetype/composite',
  'c2pa.opened'
]

const makers: readonly (readonly [name: string, mark: string])[] = [
  ['OpenAI (ChatGPT, DALL·E)', 'OpenAI'],
  ['Adobe Firefly', 'Adobe Firefly'],
  ['Google AI (Gemini, Imagen)', 'Google'],
  ['Microsoft (Bing Image Creator, Designer)', 'Microsoft']
]

/**
 * Content Credentials that call the picture the work of a trained model. They are searched as text: neither signature
 * nor hashes are verified here, and the word can stand in the history of a part of the picture, so this counts for less
 * than a verified claim will.
 */
export function generatorsInCredentials({ contentCredentials }: Metadata): GeneratorTrace[] {
  if (contentCredentials === undefined) return []
  const store = Buffer.from(contentCredentials.buffer, contentCredentials.byteOffset, contentCredentials.byteLength)
  if (!store.includes(generated)) return []
  const mixed = otherOrigins.some((origin) => store.includes(origin))
  const [name] = makers.find(([, mark]) => store.includes(mark)) ?? ['a generator']
  return [
    {
      generator: name,
      where: 'Content Credentials, not verified here',
      log10LikelihoodRatio: mixed ? strength.possible : 2.5,
      measured: { digitalSourceType: 'trainedAlgorithmicMedia', alsoOtherOrigins: mixed }
    }
  ]
}
