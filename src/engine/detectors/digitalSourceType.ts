import { sentence, type Sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import type { Metadata } from '../metadata.ts'
import type { Signal } from '../types.ts'

export type Claim = Pick<Signal, 'supports' | 'log10LikelihoodRatio'> & { says: Sentence }

const context = (says: Sentence): Claim => ({ supports: null, log10LikelihoodRatio: 0, says })

/**
 * IPTC's vocabulary (https://cv.iptc.org/newscodes/digitalsourcetype/), lower case, with what each word claims. A claim
 * of capture is context only: anyone can write it, and nothing signs it.
 */
const vocabulary: { readonly [type: string]: Claim } = {
  trainedalgorithmicmedia: { supports: 'ai_generated', log10LikelihoodRatio: 3, says: sentence('made by a generative AI model') },
  compositewithtrainedalgorithmicmedia: {
    supports: 'manipulated',
    log10LikelihoodRatio: 2.5,
    says: sentence('a picture in which generative AI added or replaced something')
  },
  compositesynthetic: {
    supports: 'manipulated',
    log10LikelihoodRatio: 2,
    says: sentence('put together from several parts, at least one of them synthetic')
  },
  composite: { supports: 'manipulated', log10LikelihoodRatio: 1, says: sentence('put together from several parts') },
  compositecapture: context(sentence('put together from several photographs')),
  algorithmicmedia: context(sentence('computed by a program that was not trained on pictures')),
  algorithmicallyenhanced: context(sentence('a photograph that a program has enhanced')),
  datadrivenmedia: context(sentence('drawn from data')),
  digitalcreation: context(sentence('drawn by a person with digital tools')),
  digitalart: context(sentence('drawn by a person with digital tools')),
  virtualrecording: context(sentence('recorded from a virtual world')),
  screencapture: context(sentence('a picture of a screen')),
  humanedits: context(sentence('a photograph edited by a person')),
  minorhumanedits: context(sentence('a photograph with minor edits by a person')),
  digitalcapture: context(sentence('a photograph by a digital camera')),
  computationalcapture: context(sentence('a photograph computed from several exposures')),
  negativefilm: context(sentence('a scan of a negative')),
  positivefilm: context(sentence('a scan of a transparency')),
  print: context(sentence('a scan of a print'))
}

/** What a word of the vocabulary claims, in any case of letters; undefined for one that is not in it. */
export function claimOfType(type: string): Claim | undefined {
  return Object.hasOwn(vocabulary, type.toLowerCase()) ? vocabulary[type.toLowerCase()] : undefined
}

const maxTypeLength = 200

/** What the picture is declared to be in XMP, by IPTC's `DigitalSourceType`: an address of the vocabulary, or its last word. */
export const digitalSourceType: ImageDetector = {
  id: 'digital_source_type',
  kind: 'image',
  needsPixels: false,
  async detect({ metadata }) {
    return findings({ signals: declaredSource(metadata) })
  }
}

/** Of a picture's metadata, or of a video's. */
export function declaredSource(metadata: Metadata): Signal[] {
  const value = metadata.xmp.get('DigitalSourceType') ?? metadata.xmp.get('DigitalSourcetype')
  if (typeof value !== 'string' || value === '') return []
  const type = value.trim().slice(0, maxTypeLength).split('/').at(-1)!
  const { says, ...weight } = claimOfType(type) ?? context(sentence('“{type}”, which is no word of IPTC’s vocabulary', { type }))
  const signal: Signal = {
    detector: 'digital_source_type',
    code: 'digital_source_type',
    ...weight,
    log10Nfa: null,
    meaning: sentence('The file declares itself (IPTC digital source type): {type}.', { type: says }),
    measured: { digitalSourceType: type },
    evidence: []
  }
  return [signal]
}
