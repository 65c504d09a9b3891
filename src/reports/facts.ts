import type { AnalysisResource } from '../analyses/resource.ts'
import { sentence, type Sentence } from '../language/sentence.ts'
import { reportedPictures } from './pictures.ts'
import type { ReportFacts, Row, Tell } from './content.ts'

/** What is known of the file, and of the examination. */
export function factRows(analysis: AnalysisResource, { madeAt, leftOut }: ReportFacts, tell: Tell): Row[] {
  const { mediaType, sizeBytes, media, sha256, createdAt, engineVersion, cached } = analysis
  const omitted = reportedPictures(analysis).omitted
  const rows: (readonly [name: Sentence, value: Sentence | string | undefined, isCode?: boolean])[] = [
    [sentence('SHA-256'), sha256 ?? undefined, true],
    [sentence('Type, from its bytes'), mediaType],
    [sentence('Size'), sizeBytes === null ? undefined : sentence('{size, plural, one {# byte} other {# bytes}}', { size: sizeBytes })],
    [sentence('Dimensions'), media === null ? undefined : sentence('{width} × {height} pixels', { width: media.width, height: media.height })],
    [sentence('Video'), videoOf(media)],
    [sentence('Sound'), soundOf(media)],
    [sentence('Received'), sentence('{at, date, utc}', { at: Date.parse(createdAt) })],
    [sentence('Engine'), engineVersion ?? undefined],
    [sentence('Report made'), sentence('{at, date, utc}', { at: madeAt.getTime() })],
    [sentence('Note'), cached ? sentence('Answered from the earlier result for an identical file') : undefined],
    [sentence('Pictures'), omitted === 0 ? undefined : sentence('{omitted, plural, one {# more is} other {# more are}} left out of this report', { omitted })],
    [sentence('Left out'), leftOut.length === 0 ? undefined : leftOut.map(tell).join(', ')]
  ]
  return rows.flatMap(([name, value, isCode = false]) => (value === undefined ? [] : [{ name: tell(name), value: tell(value), isCode }]))
}

function videoOf(media: AnalysisResource['media']): Sentence | undefined {
  if (media?.durationSeconds === undefined) return undefined
  const seconds = Math.round(media.durationSeconds * 10) / 10
  return sentence('{seconds, number} s, {codec}', { seconds, codec: media.videoCodec ?? '?' })
}

function soundOf(media: AnalysisResource['media']): string | undefined {
  const tracks = media?.audioTracks ?? []
  return tracks.length === 0 ? undefined : tracks.slice(0, 4).map(({ codec, channels, sampleRate }) => `${codec}, ${channels} × ${sampleRate} Hz`).join('; ')
}
