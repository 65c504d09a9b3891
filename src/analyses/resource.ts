import { Type, type Static } from 'typebox'
import { saySignal } from '../engine/saySignal.ts'
import { mediaKinds, verdicts } from '../engine/types.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import { retentions, states, type StoredEvidence } from '../platform/schema.ts'
import type { Analysis } from './moves.ts'

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const Time = Type.String({ format: 'date-time' })

const SignalSchema = Type.Object(
  {
    detector: Type.String(),
    code: Type.String(),
    supports: Nullable(Type.Enum(['ai_generated', 'manipulated', 'authentic'])),
    log10LikelihoodRatio: Type.Number({ description: 'Strength; 0 for context that moves no verdict' }),
    log10Nfa: Type.Optional(Type.Union([Type.Number(), Type.Null()], { description: 'log10 of how many such signals an ordinary photograph is expected to give; null where it is not a measurement' })),
    meaning: Type.String({ description: 'One sentence for people' }),
    measured: Type.Record(Type.String(), Type.Unknown()),
    evidence: Type.Array(Type.String(), { description: 'Names of the evidence pictures that show it' })
  },
  { $id: 'Signal' }
)

const AudioTrackSchema = Type.Object({
  codec: Type.String(),
  channels: Type.Integer(),
  sampleRate: Type.Number({ description: 'Samples a second' }),
  durationSeconds: Nullable(Type.Number()),
  language: Type.String({ description: 'ISO 639-2, `und` where it is not said' }),
  name: Nullable(Type.String())
})

const MediaSchema = Type.Object({
  mediaType: Type.String(),
  width: Type.Integer({ description: 'In pixels, as displayed' }),
  height: Type.Integer(),
  durationSeconds: Type.Optional(Type.Number({ description: 'Of a video, as all that follows' })),
  frameRate: Type.Optional(Nullable(Type.Number({ description: 'Frames a second on average' }))),
  videoCodec: Type.Optional(Type.String()),
  audioTracks: Type.Optional(Type.Array(AudioTrackSchema))
})

/** What `/v1/analyses/:id` is. */
export const AnalysisSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    state: Type.Enum(states),
    batchId: Nullable(Type.String({ format: 'uuid', description: 'The batch that its file came in with' })),
    kind: Type.Enum(mediaKinds),
    fileName: Type.String({ description: 'As the client named it; display it as text' }),
    mediaType: Type.String({ description: 'The true type, from the bytes' }),
    sizeBytes: Nullable(Type.Integer()),
    sha256: Nullable(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    createdAt: Time,
    queuedAt: Nullable(Time),
    startedAt: Nullable(Time),
    endedAt: Nullable(Time),
    attempt: Type.Integer({ description: 'How often the analysis was begun' }),
    cached: Type.Boolean({ description: 'Answered from the earlier result for an identical file' }),
    degraded: Nullable(Type.String({ description: 'Why the verdict rests on less than it should' })),
    verdict: Nullable(Type.Enum(verdicts)),
    score: Nullable(Type.Number({ description: 'How sure the verdict is, between 0 and 1, never either' })),
    summary: Nullable(Type.String()),
    signals: Type.Array(SignalSchema),
    notChecked: Type.Array(Type.Object({ code: Type.String(), reason: Type.String() })),
    media: Nullable(MediaSchema),
    evidence: Type.Array(
      Type.Object({
        name: Type.String(),
        mediaType: Type.String(),
        caption: Type.String(),
        layer: Type.Optional(Type.Union([Type.Literal('mask'), Type.Literal('map'), Type.Literal('beside')], { description: 'A mask or a map lies over the original; the others have a frame of their own' })),
        sizeBytes: Type.Integer(),
        url: Type.String()
      })
    ),
    engineVersion: Nullable(Type.String()),
    retention: Type.Enum(retentions, { description: 'With `none` nothing is kept after the verdict but the hash and the verdict' }),
    purgedAt: Nullable(Type.String({ format: 'date-time', description: 'When all but that was removed' })),
    failure: Nullable(Type.Object({ code: Type.String(), detail: Type.String() })),
    links: Type.Object({
      self: Type.String(),
      media: Type.String(),
      thumbnail: Nullable(Type.String({ description: 'The picture, or a frame of the video, upright and at most 320 pixels long (WebP); null where nothing could be decoded' })),
      preview: Nullable(Type.String({ description: 'The same, at most 2048 pixels long' }))
    })
  },
  { $id: 'Analysis' }
)
export type AnalysisResource = Static<typeof AnalysisSchema>

export const isEnded = (analysis: Pick<Analysis, 'state'>) =>
  analysis.state === 'completed' || analysis.state === 'failed' || analysis.state === 'cancelled'

export const analysisPath = (id: string) => `/v1/analyses/${id}`

const evidencePath = (base: string, name: string) => `${base}/evidence/${name}`

/** The evidence pictures as clients see them; previews are no evidence, and stand in the links. @param base the path they are served below */
export function shownEvidence(evidence: readonly StoredEvidence[], base: string, language: Language): AnalysisResource['evidence'] {
  return evidence.flatMap(({ key: _key, layer, caption, ...shown }) => {
    return layer === 'preview' ? [] : [{ ...shown, caption: say(caption, language), ...(layer !== undefined && { layer }), url: evidencePath(base, shown.name) }]
  })
}

/** Where the previews are, of analyses that have them: those of earlier engines have none. */
export function previewLinks(evidence: readonly StoredEvidence[], base: string): Pick<AnalysisResource['links'], 'thumbnail' | 'preview'> {
  const linkTo = (name: string) => (evidence.some((one) => one.name === name) ? evidencePath(base, name) : null)
  return { thumbnail: linkTo('thumbnail.webp'), preview: linkTo('preview.webp') }
}

/** A row as a client sees it who reads this language. */
export function toResource(row: Analysis, language: Language): AnalysisResource {
  const self = analysisPath(row.id)
  const { id, state, batchId, kind, fileName, mediaType, sizeBytes, sha256, attempt, cached, degraded } = row
  const { verdict, score, engineVersion, failureCode, failureDetail } = row
  return {
    id,
    state,
    batchId,
    kind,
    fileName,
    mediaType,
    sizeBytes,
    sha256,
    createdAt: row.createdAt.toISOString(),
    queuedAt: row.queuedAt?.toISOString() ?? null,
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    attempt,
    cached,
    degraded: degraded && say(degraded, language),
    verdict,
    score,
    summary: row.findings && say(row.findings.summary, language),
    signals: row.findings?.signals.map((signal) => saySignal(signal, language)) ?? [],
    notChecked: row.findings?.notChecked.map(({ code, reason }) => ({ code, reason: say(reason, language) })) ?? [],
    media: row.findings?.media ?? null,
    evidence: shownEvidence(row.evidence, self, language),
    engineVersion,
    retention: row.retention,
    purgedAt: row.purgedAt?.toISOString() ?? null,
    failure: failureCode === null ? null : { code: failureCode, detail: say(failureDetail ?? '', language) },
    links: { self, media: `${self}/media`, ...previewLinks(row.evidence, self) }
  }
}
