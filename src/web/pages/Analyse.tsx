import { useComputed } from '@preact/signals'
import { Intake } from '../analyse/Intake.tsx'
import { UploadLine } from '../analyse/UploadLine.tsx'
import { percent } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { FileLine, FileState } from '../parts/FileLine.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { useAnalysisList } from '../state/analysisList.ts'
import { filesBefore } from '../state/files.ts'
import { retryAll } from '../state/sending.ts'
import { canRetry, dropDone, isDone, isUnderWay, sentShare, shownUploads, uploads } from '../state/uploads.ts'
import '../state/takenFiles.ts'
import '../style/analyse.css'

const LATEST = 10

/** `/` for people who are signed in: where files go, and what becomes of them. */
export function Analyse() {
  const { analyse: t } = texts.value
  const share = sentShare.value
  const done = shownUploads.value.filter(isDone).length
  const all = shownUploads.value.length
  return (
    <>
      <PageTitle title={share !== undefined ? t.sendingTitle(percent(share)) : done < all ? t.done(done, all) : t.title}>{t.title}</PageTitle>
      <Intake />
      {all > 0 && <Sent done={done} />}
      <Latest />
    </>
  )
}

/** What was sent since the page was opened. */
function Sent({ done }: { done: number }) {
  const { analyse: t } = texts.value
  const lines = shownUploads.value
  const taken = lines.flatMap(({ stage }) => (stage.name === 'taken' ? [stage.analysis] : []))
  return (
    <section class="list-part" aria-labelledby="sent">
      <div class="list-head">
        <h2 id="sent" tabIndex={-1}>
          {t.sent}
        </h2>
        <p class="quiet">{t.done(done, lines.length)}</p>
        {lines.filter(canRetry).length > 1 && (
          <Button look="quiet" onClick={retryAll}>
            {t.retryAll}
          </Button>
        )}
        {done > 0 && (
          <Button look="quiet" onClick={dropDone}>
            {t.clear}
          </Button>
        )}
      </div>
      <Batches />
      <ul class="files">
        {lines.map((upload) => (
          <UploadLine key={upload.key} upload={upload} before={upload.stage.name === 'taken' ? filesBefore(upload.stage.analysis, taken) : 0} />
        ))}
      </ul>
    </section>
  )
}

/** Files that came together have a page together. */
function Batches() {
  const { analyse: t } = texts.value
  const sizes = new Map<string, number>()
  for (const { stage } of shownUploads.value) {
    if (stage.name === 'taken' && stage.batchId !== null) sizes.set(stage.batchId, (sizes.get(stage.batchId) ?? 0) + 1)
  }
  if (sizes.size === 0) return null
  return (
    <ul class="batch-links">
      {[...sizes].map(([id, files]) => (
        <li key={id}>
          <a href={`/batches/${id}`}>{t.batch(files)}</a>
        </li>
      ))}
    </ul>
  )
}

/** What the service has already: of earlier, of other tabs, or of programs. */
function Latest() {
  const { analyse: t } = texts.value
  const { analyses, problem } = useAnalysisList('', LATEST)
  const others = useComputed(() => {
    const here = new Set(uploads.value.flatMap(({ stage }) => (stage.name === 'taken' ? [stage.analysis.id] : [])))
    // The news of a file may come before the answer to it.
    const unanswered = new Set(uploads.value.filter(isUnderWay).map(({ name }) => name))
    return analyses.value?.filter(({ id, fileName }) => !here.has(id) && !unanswered.has(fileName))
  })
  const rows = others.value
  if (rows?.length === 0 && shownUploads.value.length > 0) return null
  return (
    <section class="list-part" aria-labelledby="latest">
      <div class="list-head">
        <h2 id="latest">{t.latest}</h2>
        {rows !== undefined && rows.length > 0 && <a href="/history">{t.all}</a>}
      </div>
      <ProblemNotice problem={problem.value} />
      {rows?.length === 0 && <EmptyState title={t.nothingYet}>{t.nothingYetHint}</EmptyState>}
      {rows !== undefined && rows.length > 0 && (
        <ul class="files">
          {rows.map((analysis) => (
            <FileLine key={analysis.id} href={`/analyses/${analysis.id}`} name={analysis.fileName} thumbnail={analysis.links.thumbnail} kind={analysis.kind}>
              <FileState analysis={analysis} before={filesBefore(analysis, analyses.value ?? [])} />
            </FileLine>
          ))}
        </ul>
      )}
    </section>
  )
}
