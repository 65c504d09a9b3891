import { useSignal } from '@preact/signals'
import { useLocation } from 'preact-iso'
import { useEffect, useRef } from 'preact/hooks'
import { Filters } from '../history/Filters.tsx'
import { readFilters, toApiQuery, toPageQuery, type FilterValues } from '../history/filters.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { EmptyState } from '../parts/EmptyState.tsx'
import { FileLine, FileState } from '../parts/FileLine.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { useAnalysisList, type AnalysisList } from '../state/analysisList.ts'
import { announce } from '../state/announcements.ts'
import { deleteWithUndo } from '../state/deletion.ts'
import { filesBefore } from '../state/files.ts'
import '../style/history.css'

const PAGE_SIZE = 30

/** `/history`: every analysis, newest first, as the filters in the address want it. */
export function History() {
  const { history: t } = texts.value
  const { query, route } = useLocation()
  const filters = readFilters(query)
  const list = useAnalysisList(toApiQuery(filters), PAGE_SIZE)
  const change = (changed: FilterValues) => route(`/history${toPageQuery(changed)}`, true)
  const isFiltered = toPageQuery(filters) !== ''
  const rows = list.analyses.value
  return (
    <>
      <PageTitle>{t.title}</PageTitle>
      <Filters values={filters} onChange={change} />
      <ProblemNotice problem={list.problem.value} />
      {rows === undefined && list.problem.value === undefined && <Spinner said />}
      {rows?.length === 0 && !list.hasMore.value && (
        <EmptyState title={isFiltered ? t.noneFit : t.none}>
          {isFiltered ? <Button onClick={() => change({})}>{t.allAgain}</Button> : <a href="/">{t.sendFirst}</a>}
        </EmptyState>
      )}
      {rows !== undefined && (rows.length > 0 || list.hasMore.value) && <Rows list={list} />}
    </>
  )
}

function Rows({ list }: { list: AnalysisList }) {
  const { history: t } = texts.value
  const rows = list.analyses.value ?? []
  const ticked = useSignal<ReadonlySet<string>>(new Set())
  const chosen = rows.filter(({ id }) => ticked.value.has(id))
  const element = useRef<HTMLUListElement>(null)

  function tick(id: string, isTicked: boolean): void {
    const changed = new Set(ticked.peek())
    if (isTicked) changed.add(id)
    else changed.delete(id)
    ticked.value = changed
  }

  function remove(analyses: typeof rows): void {
    const at = rows.findIndex(({ id }) => id === analyses[0]?.id)
    deleteWithUndo(analyses)
    ticked.value = new Set()
    // The line is gone, and the focus would be with it.
    requestAnimationFrame(() => focusLine(Math.min(at, rows.length - analyses.length - 1)))
  }

  function focusLine(at: number): void {
    const line = element.current?.children[at]?.querySelector('a') ?? document.querySelector('h1')
    line?.focus()
  }

  /** @param isAsked by somebody at the button, who wants to go on behind it */
  async function more(isAsked: boolean): Promise<void> {
    const before = rows.length
    await list.more()
    const now = list.analyses.peek()?.length ?? 0
    announce(texts.value.history.loaded(now))
    if (isAsked && now > before) requestAnimationFrame(() => focusLine(before))
  }

  return (
    <>
      <div class="list-tools">
        <label class="tick all">
          <input
            type="checkbox"
            checked={chosen.length > 0 && chosen.length === rows.length}
            indeterminate={chosen.length > 0 && chosen.length < rows.length}
            onChange={({ currentTarget }) => (ticked.value = new Set(currentTarget.checked ? rows.map(({ id }) => id) : []))}
          />
          {t.tickAll}
        </label>
        {chosen.length > 0 && (
          <Button look="danger" onClick={() => remove(chosen)}>
            {t.deleteTicked(chosen.length)}
          </Button>
        )}
      </div>
      <ul class="files" ref={element} aria-busy={list.busy.value}>
        {rows.map((analysis) => (
          <FileLine
            key={analysis.id}
            href={`/analyses/${analysis.id}`}
            name={analysis.fileName}
            thumbnail={analysis.links.thumbnail}
            kind={analysis.kind}
            lead={
              <label class="tick">
                <span class="only-heard">{t.tick(analysis.fileName)}</span>
                <input type="checkbox" checked={ticked.value.has(analysis.id)} onChange={({ currentTarget }) => tick(analysis.id, currentTarget.checked)} />
              </label>
            }
            actions={
              <>
                {analysis.batchId !== null && (
                  <a class="to-batch" href={`/batches/${analysis.batchId}`} aria-label={`${t.toBatch}: ${analysis.fileName}`}>
                    {t.toBatch}
                  </a>
                )}
                <Button look="quiet" onClick={() => remove([analysis])} aria-label={`${t.delete}: ${analysis.fileName}`}>
                  {t.delete}
                </Button>
              </>
            }
          >
            <FileState analysis={analysis} before={filesBefore(analysis, rows)} />
          </FileLine>
        ))}
      </ul>
      {list.hasMore.value && <More busy={list.busy.value} onMore={more} />}
    </>
  )
}

/** Loads more by itself when the end of the list comes near; the button is for whoever does not scroll. */
function More({ busy, onMore }: { busy: boolean; onMore: (isAsked: boolean) => Promise<void> }) {
  const { history: t } = texts.value
  const foot = useRef<HTMLDivElement>(null)
  const latest = useRef(onMore)
  latest.current = onMore
  useEffect(() => {
    if (foot.current === null || busy) return undefined
    // Anew after each page: what is near already is not told again.
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) void latest.current(false)
    }, { rootMargin: '600px' })
    observer.observe(foot.current)
    return () => observer.disconnect()
  }, [busy])
  return (
    <div class="list-foot" ref={foot}>
      <Button busy={busy} onClick={() => void onMore(true)}>
        {t.more}
      </Button>
    </div>
  )
}
