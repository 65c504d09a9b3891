import { useSignal } from '@preact/signals'
import { useRoute } from 'preact-iso'
import { useEffect } from 'preact/hooks'
import { ask, Problem } from '../api.ts'
import { CountBar } from '../batch/CountBar.tsx'
import { language } from '../language/current.ts'
import { dateTime } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { FileLine, FileState } from '../parts/FileLine.tsx'
import { useAction } from '../parts/Form.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { isAnalysisEvent } from '../result/events.ts'
import { announce } from '../state/announcements.ts'
import { deleted, noteDeleted } from '../state/deletion.ts'
import { hasEnded, refusalOf } from '../state/files.ts'
import { listen } from '../state/live.ts'
import { NotFound } from './NotFound.tsx'
import '../style/batch.css'
import type { Batch as BatchResource } from '../../client/openapi.ts'

/** Events come in swarms. */
const SWARM_MS = 300

/** `/batches/:id`: files that came in together. */
export function Batch() {
  const { id = '' } = useRoute().params
  return <BatchOf key={id} id={id} />
}

function BatchOf({ id }: { id: string }) {
  const { batch: t, layout } = texts.value
  const { batch, isGone, load } = useBatch(id)
  const { value } = batch
  if (isGone.value) return <NotFound />
  if (value === undefined) {
    if (load.problem.value === undefined) return <Spinner said />
    return (
      <section class="narrow">
        <PageTitle>{t.title}</PageTitle>
        <ProblemNotice problem={load.problem.value} />
        <Button onClick={() => void load.run()}>{layout.tryAgain}</Button>
      </section>
    )
  }
  const analyses = value.analyses.filter((analysis) => analysis.state !== 'uploading' && !deleted.value.has(analysis.id))
  return (
    <>
      <PageTitle title={`${t.title}, ${dateTime(value.createdAt)}`}>{t.of(dateTime(value.createdAt))}</PageTitle>
      <State batch={value} ended={analyses.filter(hasEnded).length} all={analyses.length} onChange={load.run} />
      <CountBar analyses={analyses} />
      <ul class="files" aria-label={t.files}>
        {analyses.map((analysis) => (
          <FileLine key={analysis.id} href={`/analyses/${analysis.id}`} name={analysis.fileName} thumbnail={analysis.links.thumbnail}>
            <FileState analysis={analysis} />
          </FileLine>
        ))}
      </ul>
      {value.refused.length > 0 && <Refused files={value.refused} />}
    </>
  )
}

/** Loads a batch, and keeps it up to date. */
function useBatch(id: string) {
  const batch = useSignal<BatchResource | undefined>(undefined)
  const isGone = useSignal(false)
  const isStale = useSignal(false)

  const load = useAction(async () => {
    // What happens while an answer is on its way is asked for once more.
    do {
      isStale.value = false
      try {
        const before = batch.peek()
        batch.value = await ask<BatchResource>(`/v1/batches/${encodeURIComponent(id)}`)
        announceProgress(before, batch.value)
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'not_found')) throw error
        isGone.value = true
      }
    } while (isStale.peek() && !isGone.peek())
  })

  useEffect(() => void load.run(), [language.value])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    function soon(): void {
      timer ??= setTimeout(() => {
        timer = undefined
        isStale.value = true
        void load.run()
      }, SWARM_MS)
    }
    const stop = listen({
      heard(event) {
        if (event.type === 'batch.completed' && event.data.id === id) return soon()
        if (!isAnalysisEvent(event)) return
        const isOurs = batch.peek()?.analyses.some((analysis) => analysis.id === event.data.id)
        if (event.data.state === 'deleted') noteDeleted(event.data.id)
        // While files come in, any news may be of one that is not known yet.
        else if (isOurs === true || batch.peek()?.intake === 'receiving') soon()
      },
      reload: () => {
        if (!isGone.peek() && batch.peek()?.endedAt == null) soon()
      }
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
  return { batch, isGone, load }
}

function announceProgress(before: BatchResource | undefined, now: BatchResource): void {
  const ended = (batch: BatchResource) => batch.analyses.filter(hasEnded).length
  if (before !== undefined && ended(before) !== ended(now)) announce(texts.value.batch.progress(ended(now), now.analyses.length))
}

function State({ batch, ended, all, onChange }: { batch: BatchResource; ended: number; all: number; onChange: () => Promise<void> }) {
  const { batch: t } = texts.value
  const cancel = useAction(async () => {
    await ask(batch.links.cancel, { method: 'POST' })
    await onChange()
  })
  const isOver = batch.endedAt !== null
  return (
    <section class="batch-state">
      {batch.intake === 'receiving' && <p>{t.receiving}</p>}
      {batch.intake === 'incomplete' && <Notice>{t.incomplete}</Notice>}
      <p class="lead">{isOver ? t.over(all) : t.progress(ended, all)}</p>
      {!isOver && batch.intake !== 'receiving' && ended < all && (
        <p class="buttons">
          <Button busy={cancel.busy.value} onClick={() => void cancel.run()}>
            {t.cancel}
          </Button>
        </p>
      )}
      <ProblemNotice problem={cancel.problem.value} />
    </section>
  )
}

function Refused({ files }: { files: BatchResource['refused'] }) {
  const { batch: t } = texts.value
  return (
    <section class="refused" aria-labelledby="refused">
      <h2 id="refused">{t.refused(files.length)}</h2>
      <ul>
        {files.map((file, at) => (
          <li key={at}>
            <strong>{file.fileName}</strong> <span class="file-reason">{refusalOf(file)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
