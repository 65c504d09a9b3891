/** @import { AnalysisResource } from '../../analyses/resource.ts' */
import { element } from './element.js'
import { byStrength, headline, moment, percent, sentences, size, strength } from './words.js'

/**
 * Everything that an ended analysis tells. What it quotes from the file is text and stays text.
 *
 * @param {AnalysisResource} analysis
 * @returns {Element}
 */
export function result(analysis) {
  const { state, failure, notChecked, signals } = analysis
  if (state !== 'completed') {
    const reason = failure?.detail || (state === 'cancelled' ? 'The analysis was cancelled before there was a verdict.' : 'No reason is known.')
    return element('div', { class: 'result' }, element('p', { class: 'summary' }, sentences(reason)), facts(analysis))
  }
  return element(
    'div',
    { class: 'result' },
    element('div', { class: 'opening' }, verdict(analysis), original(analysis)),
    part('What was found', ...byStrength(signals).map((signal) => reason(signal, analysis))),
    notChecked.length === 0
      ? undefined
      : part('What could not be checked', element('ul', {}, ...notChecked.map(({ reason }) => element('li', {}, reason)))),
    facts(analysis)
  )
}

/** @param {AnalysisResource} analysis */
function verdict(analysis) {
  const { score, summary, degraded, verdict } = analysis
  return element(
    'div',
    { class: 'verdict' },
    element('h4', { class: 'verdict-words' }, headline(analysis)),
    score === null ? undefined : element('p', { class: 'sureness' }, `Probability by this examination: ${percent(score)}`),
    element('p', { class: 'summary' }, summary ?? ''),
    verdict === 'inconclusive'
      ? element('p', { class: 'quiet' }, 'This is an answer, not an error: a verdict that the evidence does not bear would be a guess.')
      : undefined,
    degraded === null ? undefined : element('p', { class: 'problem' }, `This verdict rests on less than it should. ${degraded}`)
  )
}

/**
 * @param {string} title
 * @param {...Node} content
 */
const part = (title, ...content) => element('section', { class: 'part' }, element('h4', {}, title), ...content)

/**
 * @param {AnalysisResource['signals'][number]} signal
 * @param {AnalysisResource} analysis
 */
function reason(signal, analysis) {
  const shown = analysis.evidence.filter(({ name }) => signal.evidence.includes(name))
  const measured = Object.entries(signal.measured)
  return element(
    'article',
    { class: 'reason', 'data-supports': signal.supports ?? 'context' },
    element('p', { class: 'meaning' }, signal.meaning),
    element('p', { class: 'strength' }, strength(signal)),
    ...shown.map((evidence) => element('div', { class: 'pictures' }, analysis.kind === 'video' ? undefined : original(analysis), evidencePicture(evidence))),
    measured.length === 0
      ? undefined
      : element(
          'details',
          {},
          element('summary', {}, 'Measured values'),
          element('table', {}, element('tbody', {}, ...measured.map(([name, value]) => measuredValue(name, value))))
        )
  )
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function measuredValue(name, value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 1)
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, name),
    element('td', {}, element('div', { class: 'value', ...(text.length > 600 && { tabindex: 0 }) }, text))
  )
}

/** @param {AnalysisResource} analysis */
const original = ({ links, fileName }) =>
  picture({ url: links.media, alt: `The picture: ${fileName}`, caption: 'The picture as it was sent', class: 'original' })

/** @param {AnalysisResource['evidence'][number]} evidence */
const evidencePicture = ({ url, name, caption }) =>
  picture({ url, alt: `Evidence picture ${name}, explained by its caption`, caption, class: 'evidence' })

/** @param {{ url: string, alt: string, caption: string, class: string }} options */
function picture({ url, alt, caption, class: name }) {
  const image = element('img', { src: url, alt, decoding: 'async' })
  const link = element('a', { href: url, target: '_blank', rel: 'noopener' }, image)
  image.addEventListener('error', () => {
    link.replaceChildren('This browser can’t show it here. Open the file.')
  })
  return element('figure', { class: name }, link, element('figcaption', {}, caption))
}

/** @param {AnalysisResource} analysis */
function facts(analysis) {
  const { mediaType, sizeBytes, media, sha256, engineVersion, createdAt, startedAt, endedAt, cached, links } = analysis
  /** @type {[string, Node | string | undefined][]} */
  const rows = [
    ['Type, from its bytes', element('code', {}, mediaType)],
    ['Size', sizeBytes === null ? undefined : size(sizeBytes)],
    ['Dimensions', media === null ? undefined : `${media.width} × ${media.height} pixels`],
    ['Video', media?.durationSeconds === undefined ? undefined : `${media.durationSeconds.toFixed(1)} s, ${media.videoCodec}`],
    ['Sound', media?.audioTracks?.map(({ codec, channels, sampleRate }) => `${codec}, ${channels} channels, ${sampleRate} Hz`).join('; ') || undefined],
    ['SHA-256', sha256 === null ? undefined : element('code', {}, sha256)],
    ['Received', moment(createdAt)],
    ['Examined in', startedAt === null || endedAt === null ? undefined : seconds(Date.parse(endedAt) - Date.parse(startedAt))],
    ['Engine', engineVersion ?? undefined],
    ['Note', cached ? 'Answered from the earlier result for an identical file' : undefined]
  ]
  return part(
    'The file',
    element(
      'dl',
      { class: 'facts' },
      ...rows.flatMap(([name, value]) => (value === undefined ? [] : [element('div', {}, element('dt', {}, name), element('dd', {}, value))]))
    ),
    element('p', {}, element('a', { href: links.media, target: '_blank', rel: 'noopener' }, 'Open the file as it was sent'))
  )
}

/** @param {number} ms */
const seconds = (ms) => (ms < 1000 ? `${Math.max(0, ms)} ms` : `${(ms / 1000).toFixed(1)} seconds`)
