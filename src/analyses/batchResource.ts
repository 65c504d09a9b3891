import { Type, type Static } from 'typebox'
import { verdicts } from '../engine/types.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'
import { states } from '../platform/schema.ts'
import type { WholeBatch } from './batchQueries.ts'
import { analysisPath, previewLinks } from './resource.ts'

const Time = Type.String({ format: 'date-time' })

/** What `/v1/batches/:id` is. */
export const BatchSchema = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    intake: Type.Enum(['receiving', 'received', 'incomplete'], {
      description: '`incomplete` when the connection broke: what had arrived whole by then was taken'
    }),
    createdAt: Time,
    endedAt: Type.Union([Time, Type.Null()], { description: 'When the last of its analyses ended, after all of it had come in' }),
    counts: Type.Record(Type.String(), Type.Integer(), { description: 'How many of its analyses are in which state' }),
    analyses: Type.Array(
      Type.Object({
        id: Type.String({ format: 'uuid' }),
        state: Type.Enum(states),
        fileName: Type.String(),
        verdict: Type.Union([Type.Enum(verdicts), Type.Null()]),
        links: Type.Object({ self: Type.String(), thumbnail: Type.Union([Type.String(), Type.Null()]) })
      })
    ),
    refused: Type.Array(Type.Object({ fileName: Type.String(), code: Type.String(), detail: Type.String() }), {
      description: 'Files that were not taken, with the code of the problem'
    }),
    links: Type.Object({ self: Type.String(), analyses: Type.String(), cancel: Type.String() })
  },
  { $id: 'Batch' }
)
export type BatchResource = Static<typeof BatchSchema>

export const batchPath = (id: string) => `/v1/batches/${id}`

/** A batch as a client sees it who reads this language. */
export function toBatchResource({ id, intake, createdAt, endedAt, members, refused }: WholeBatch, language: Language): BatchResource {
  const self = batchPath(id)
  const inState = Map.groupBy(members, ({ state }) => state)
  return {
    id,
    intake,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    counts: Object.fromEntries(states.flatMap((state) => (state === 'uploading' ? [] : [[state, inState.get(state)?.length ?? 0]]))),
    analyses: members.map((member) => ({
      id: member.id,
      state: member.state,
      fileName: member.fileName,
      verdict: member.verdict,
      links: { self: analysisPath(member.id), thumbnail: previewLinks(member.evidence, analysisPath(member.id)).thumbnail }
    })),
    refused: refused.map(({ fileName, code, detail }) => ({ fileName, code, detail: say(detail, language) })),
    links: { self, analyses: `/v1/analyses?batch=${id}`, cancel: `${self}/cancel` }
  }
}
