import { Type, type Static } from 'typebox'
import type { Analysis } from '../analyses/moves.ts'
import { inclusions, redact } from '../analyses/redact.ts'
import { AnalysisSchema, previewLinks, shownEvidence, toResource } from '../analyses/resource.ts'
import type { Language } from '../language/language.ts'
import type { Share } from './shares.ts'

/** What is shown only where the owner wants that. A file's name often holds a person, a place or a case. */
export const shareInclusions = [...inclusions, 'file_name'] as const
export type ShareInclusion = (typeof shareInclusions)[number]

const Time = Type.String({ format: 'date-time' })
const Expiry = Type.Union([Time, Type.Null()], { description: 'Null: it lasts until it is withdrawn' })
const Include = Type.Array(Type.Enum(shareInclusions), { description: 'What is shown beyond what is always shown' })

/** The link to an analysis, as its owner sees it. */
export const ShareSchema = Type.Object({ include: Include, createdAt: Time, expiresAt: Expiry })

export function toShare({ include, createdAt, expiresAt }: Share): Static<typeof ShareSchema> {
  return { include, createdAt: createdAt.toISOString(), expiresAt: expiresAt?.toISOString() ?? null }
}

const properties = AnalysisSchema.properties

/** An analysis as anybody sees it who has the link: nothing of its owner, and neither its id nor the file itself. */
export const SharedAnalysisSchema = Type.Object({
  kind: properties.kind,
  fileName: Type.Union([Type.String({ description: 'Display it as text' }), Type.Null()]),
  mediaType: properties.mediaType,
  sizeBytes: properties.sizeBytes,
  sha256: properties.sha256,
  endedAt: properties.endedAt,
  degraded: properties.degraded,
  verdict: properties.verdict,
  score: properties.score,
  summary: properties.summary,
  signals: properties.signals,
  notChecked: properties.notChecked,
  media: properties.media,
  evidence: properties.evidence,
  engineVersion: properties.engineVersion,
  include: Include,
  expiresAt: Expiry,
  links: Type.Object({
    self: Type.String(),
    thumbnail: properties.links.properties.thumbnail,
    preview: properties.links.properties.preview
  })
})

export type SharedAnalysis = Static<typeof SharedAnalysisSchema>

/** @param token of the link, which stands in the addresses of its pictures */
export function toSharedAnalysis(
  token: string,
  { share, analysis }: { share: Share; analysis: Analysis },
  language: Language
): SharedAnalysis {
  const self = `/v1/shared/${token}`
  const { include, expiresAt } = toShare(share)
  const shown = redact(toResource(analysis, language), inclusions.filter((one) => include.includes(one)))
  const { kind, mediaType, sizeBytes, sha256, endedAt, degraded, verdict, score, summary, signals, notChecked, media, engineVersion } = shown
  return {
    kind,
    fileName: include.includes('file_name') ? shown.fileName : null,
    mediaType,
    sizeBytes,
    sha256,
    endedAt,
    degraded,
    verdict,
    score,
    summary,
    signals,
    notChecked,
    media,
    evidence: shownEvidence(analysis.evidence, self, language),
    engineVersion,
    include,
    expiresAt,
    links: { self, ...previewLinks(analysis.evidence, self) }
  }
}
