import { signal } from '@preact/signals'
import { ask, messageOf, Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import type { FileSummary } from './files.ts'
import { toast } from './toasts.ts'

/** Ids of what is deleted, or will be unless somebody takes it back: lists leave them out. */
export const deleted = signal<ReadonlySet<string>>(new Set())

export const noteDeleted = (id: string): void => void (deleted.value = new Set(deleted.peek()).add(id))

function putBack(analyses: readonly Pick<FileSummary, 'id'>[]): void {
  const rest = new Set(deleted.peek())
  for (const { id } of analyses) rest.delete(id)
  deleted.value = rest
}

/** Deletes analyses when the notice that says so goes without having been answered. */
export function deleteWithUndo(analyses: readonly FileSummary[]): void {
  const { files: t, parts } = texts.value
  for (const { id } of analyses) noteDeleted(id)
  toast(analyses.length === 1 ? t.deleted(analyses[0]?.fileName ?? '') : t.deletedSeveral(analyses.length), {
    action: { label: parts.undo, run: () => putBack(analyses) },
    expired: () => void deleteForGood(analyses)
  })
}

/** Deletes at once. What could not be deleted is there again, with the reason. */
export async function deleteForGood(analyses: readonly FileSummary[]): Promise<void> {
  for (const analysis of analyses) noteDeleted(analysis.id)
  await Promise.all(
    analyses.map(async (analysis) => {
      try {
        await ask(analysis.links.self, { method: 'DELETE', keepalive: true })
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return
        putBack([analysis])
        toast(`${texts.value.files.notDeleted(analysis.fileName)} ${messageOf(error)}`, { tone: 'problem' })
      }
    })
  )
}
