import { paragraph, sentence, type Sentence } from '../../language/sentence.ts'
import type { Json, Signal } from '../types.ts'
import { log10Ratio } from './calibration.ts'
import type { Moment, Scores } from './sightengineAnswers.ts'

/**
 * How far Sightengine's scores are believed, see `calibration.ts`. Neither rate is published for pictures as they come here;
 * they are ours, chosen so that
 *
 * - `genai` can make a verdict alone, from a score of 0.988: it is a model kept up for this one question. It counts for 99 at
 *   most.
 * - `deepfake` can't. It looks at faces only, and swapped faces are rare among what is uploaded. It states no number of false
 *   alarms, since none was measured: it is an opinion beside the measurements.
 */
const FALSE_ALARM_RATE = { ai_generated: 0.01, deepfake: 0.05 } as const

type Model = keyof typeof FALSE_ALARM_RATE

const MODELS: readonly { model: Model; code: string; supports: 'ai_generated' | 'manipulated'; looksFor: Sentence }[] = [
  { model: 'ai_generated', code: 'looks_generated', supports: 'ai_generated', looksFor: sentence('for what generators make') },
  { model: 'deepfake', code: 'looks_like_a_deepfake', supports: 'manipulated', looksFor: sentence('for swapped or altered faces') }
]

/** A generator is named when the model gives it more than an even score. */
const NAMED_FROM = 0.5
const MAX_GENERATORS = 5
/** Moments of a video that are shown with their scores: evenly spread where there are more. */
const MAX_MOMENTS = 100

export function signalsOfPicture(scores: Scores): Signal[] {
  return signalsOf(scores, sentence('this picture'), { generators: topGenerators(scores) })
}

/**
 * A video is judged by the median over its moments: among many pictures one false alarm is to be expected, and what was made
 * by a generator was so from beginning to end. Where only some moments look so, that is told, and counts for nothing.
 */
export function signalsOfMoments(moments: readonly Moment[]): Signal[] {
  const middle: Scores = {
    ai_generated: median(moments.map(({ scores }) => scores.ai_generated)),
    deepfake: median(moments.map(({ scores }) => scores.deepfake ?? 0)),
    ...(moments[0]?.scores.ai_generators && { ai_generators: medianGenerators(moments) })
  }
  const peak = (model: Model) => Math.max(...moments.map(({ scores }) => scores[model] ?? 0))
  const high = (model: Model) => moments.filter(({ scores }) => (scores[model] ?? 0) > 0.5).length
  const measured = {
    generators: topGenerators(middle),
    peaks: { ai_generated: peak('ai_generated'), deepfake: peak('deepfake') },
    momentsAsked: moments.length,
    momentsAboveOneHalf: { ai_generated: high('ai_generated'), deepfake: high('deepfake') },
    moments: spread(moments, MAX_MOMENTS).map(({ atSeconds, scores }) => ({
      atSeconds,
      ai_generated: scores.ai_generated,
      deepfake: scores.deepfake ?? null
    }))
  }
  const some = MODELS.filter(({ model }) => (middle[model] ?? 0) <= 0.5 && peak(model) > 0.5)
  const besides = some.map(({ model, looksFor }) =>
    sentence('At {count, number} of {moments, number} moments its model that looks {looksFor} finds some, which may be a false alarm.', {
      count: high(model),
      moments: moments.length,
      looksFor
    })
  )
  return signalsOf(middle, sentence('this video'), measured, besides)
}

function signalsOf(scores: Scores, medium: Sentence, further: { [key: string]: Json }, besides: readonly Sentence[] = []): Signal[] {
  const measured = { scores: { ai_generated: scores.ai_generated, deepfake: scores.deepfake ?? null }, ...further }
  const base = { detector: 'sightengine', log10Nfa: null, measured, evidence: [] }
  const found = MODELS.flatMap(({ model, code, supports, looksFor }): Signal[] => {
    const score = scores[model] ?? 0
    const log10LikelihoodRatio = log10Ratio(score, FALSE_ALARM_RATE[model])
    if (log10LikelihoodRatio === 0) return []
    const generator = model === 'ai_generated' ? likelyGenerator(scores) : []
    const given = sentence('Sightengine’s model that looks {looksFor} gives {medium} a score of {score, number, ::.00} out of 1.', { looksFor, medium, score: shown(score) })
    return [{ ...base, code, supports, log10LikelihoodRatio, meaning: paragraph(given, ...generator, ...besides) }]
  })
  if (found.length > 0) return found
  const nothing = sentence(
    'Sightengine’s models see no sign in {medium} that it was generated (a score of {score, number, ::.00} out of 1) or that a face was altered, which does not mean that it is genuine.',
    { medium, score: shown(scores.ai_generated) }
  )
  return [{ ...base, code: 'nothing_found', supports: null, log10LikelihoodRatio: 0, meaning: paragraph(nothing, ...besides) }]
}

/** As it came, and never so that it reads as certain. */
const shown = (score: number) => Math.min(0.99, Math.max(0.01, score))

function likelyGenerator({ ai_generators: generators = {} }: Scores): Sentence[] {
  const [first] = byScore(generators)
  return first !== undefined && first[1] > NAMED_FROM ? [sentence('It is most like what {generator} makes.', { generator: first[0].slice(0, 60) })] : []
}

function topGenerators({ ai_generators: generators = {} }: Scores): { [name: string]: number } {
  return Object.fromEntries(byScore(generators).slice(0, MAX_GENERATORS))
}

const byScore = (scores: { [name: string]: number }) => Object.entries(scores).sort(([, a], [, b]) => b - a)

function medianGenerators(moments: readonly Moment[]): { [name: string]: number } {
  const names = Object.keys(moments[0]?.scores.ai_generators ?? {}).slice(0, 200)
  return Object.fromEntries(names.map((name) => [name, median(moments.map(({ scores }) => scores.ai_generators?.[name] ?? 0))]))
}

/** The lower one of two in the middle: half of the moments at least are as high. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0
}

function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items]
  return Array.from({ length: most }, (_, n) => items[Math.floor((n * items.length) / most)]!)
}
