/** @import { AnalysisResource } from '../../analyses/resource.ts' */
/** @typedef {AnalysisResource['signals'][number]} Signal */

/** Detectors that read what the file says about itself. */
const ownWord = new Set(['generator_traces', 'digital_source_type', 'content_credentials', 'metadata', 'camera_fields'])

/**
 * The state of an analysis, or its verdict, in a few words.
 *
 * @param {AnalysisResource} analysis
 */
export function headline({ state, verdict, signals }) {
  switch (state) {
    case 'uploading':
      return 'Coming in'
    case 'queued':
      return 'Waiting for its turn'
    case 'processing':
      return 'Being examined'
    case 'failed':
      return 'Could not be examined'
    case 'cancelled':
      return 'Cancelled'
  }
  const strongest = byStrength(signals.filter(({ supports }) => supports === verdict))[0]
  switch (verdict) {
    case 'ai_generated':
      return strongest && ownWord.has(strongest.detector) ? 'Made by AI — the file says so itself' : 'Probably made by AI'
    case 'manipulated':
      return 'Probably manipulated'
    case 'authentic':
      return 'Authentic — its origin is proven'
    default:
      return signals.some(({ supports, log10LikelihoodRatio }) => supports !== null && log10LikelihoodRatio > 0)
        ? 'No conclusion: what was found is too weak'
        : 'No conclusion: nothing was found that settles it'
  }
}

/**
 * The same, as short as a tab's title needs it.
 *
 * @param {AnalysisResource} analysis
 */
export const shortHeadline = (analysis) => headline(analysis).split(/ —|:/)[0]

/**
 * The strongest first, context last; otherwise in their order.
 *
 * @param {Signal[]} signals
 */
export const byStrength = (signals) => signals.toSorted((a, b) => strengthOf(b) - strengthOf(a))

/** @param {Signal} signal */
const strengthOf = ({ supports, log10LikelihoodRatio }) => (supports === null ? -1 : Math.abs(log10LikelihoodRatio))

const claims = {
  ai_generated: ['that it was made by AI', 'pictures made by AI'],
  manipulated: ['that it was manipulated', 'manipulated pictures'],
  authentic: ['that it is authentic', 'authentic pictures']
}

/**
 * How strong a signal is. The words are those of the ENFSI Guideline for Evaluative Reporting in Forensic Science (2015).
 *
 * @param {Signal} signal
 */
export function strength({ supports, log10LikelihoodRatio: log10 }) {
  if (supports === null || log10 === 0) return 'Context: moves no verdict'
  const size = Math.abs(log10)
  const word = size < 1 ? 'weak' : size < 2 ? 'moderate' : size < 3 ? 'moderately strong' : size < 4 ? 'strong' : 'very strong'
  const [claim, kind] = claims[supports]
  const [often, rarely] = log10 > 0 ? [kind, 'ordinary photographs'] : ['ordinary photographs', kind]
  return `Strength: ${word} ${log10 > 0 ? 'sign' : 'sign against'} ${log10 > 0 ? claim : `it: ${claim}`} (estimated to be ${times(10 ** size)} times as frequent in ${often} as in ${rarely})`
}

/** @param {number} ratio */
const times = (ratio) => number.format(ratio < 10 ? Math.round(10 * ratio) / 10 : Number(ratio.toPrecision(1)))

/**
 * A probability, never 0 % and never 100 %.
 *
 * @param {number} probability
 */
export const percent = (probability) => `${Math.min(99, Math.max(1, Math.floor(100 * probability)))}\u00A0%`

/**
 * Parts that may or may not end like a sentence, as sentences.
 *
 * @param {(string | undefined)[]} parts
 */
export const sentences = (...parts) =>
  parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ')

const number = new Intl.NumberFormat('en')
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1_000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${oneDigit.format(bytes / 1_000)} kB` : `${oneDigit.format(bytes / 1_000_000)} MB`
}

const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** @param {string} isoTime */
export const moment = (isoTime) => dateAndTime.format(new Date(isoTime))
