import { useRoute } from 'preact-iso'
import { useEffect, useRef } from 'preact/hooks'
import { Problem } from '../api.ts'
import { dateTime } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { Actions } from '../result/Actions.tsx'
import { isAnalysisEvent } from '../result/events.ts'
import { Findings } from '../result/Findings.tsx'
import { Pending, WithoutVerdict } from '../result/Pending.tsx'
import { headlineOf } from '../result/Verdict.tsx'
import { announce } from '../state/announcements.ts'
import { hasEnded } from '../state/files.ts'
import { listen } from '../state/live.ts'
import { useReading } from '../state/reading.ts'
import { NotFound } from './NotFound.tsx'
import '../style/result.css'
import type { Analysis } from '../../client/openapi.ts'

/** `/analyses/:id`: what was found in one file, and meanwhile how far it has come. */
export function Result() {
  const { id = '' } = useRoute().params
  return <ResultOf key={id} id={id} />
}

function ResultOf({ id }: { id: string }) {
  const { result: t, layout } = texts.value
  const { value: analysis, problem, reload } = useReading<Analysis>(`/v1/analyses/${encodeURIComponent(id)}`)
  const { value } = analysis

  useEffect(
    () =>
      listen({
        heard: (event) => {
          if (isAnalysisEvent(event) && event.data.id === id) void reload()
        },
        reload: () => {
          if (!isEnded(analysis.peek())) void reload()
        }
      }),
    []
  )
  const seenState = useRef(value?.state)
  useEffect(() => {
    if (value !== undefined && seenState.current !== undefined) announce(titleOf(value))
    seenState.current = value?.state
  }, [value?.state])

  if (problem.value instanceof Problem && problem.value.code === 'not_found') return value === undefined ? <NotFound /> : <Gone />
  if (value === undefined) {
    if (problem.value === undefined) return <Spinner said />
    return (
      <section class="narrow">
        <PageTitle>{t.title}</PageTitle>
        <ProblemNotice problem={problem.value} />
        <Button onClick={() => void reload()}>{layout.tryAgain}</Button>
      </section>
    )
  }
  const title = titleOf(value)
  return (
    <article class="result" data-verdict={value.verdict ?? undefined}>
      <header class="result-head">
        <p class="file-name">{value.fileName === '' ? t.nameless : value.fileName}</p>
        <PageTitle title={`${title}: ${value.fileName}`}>{title}</PageTitle>
      </header>
      {value.purgedAt !== null && <Notice>{t.purged(dateTime(value.purgedAt))}</Notice>}
      {value.state === 'completed' ? (
        <Findings examined={value} media={value.purgedAt === null ? value.links.media : undefined}>
          <Actions analysis={value} />
        </Findings>
      ) : isEnded(value) ? (
        <WithoutVerdict analysis={value} />
      ) : (
        <Pending analysis={value} onChange={reload} />
      )}
    </article>
  )
}

const isEnded = (analysis: Analysis | undefined): boolean => analysis !== undefined && hasEnded(analysis)

/** The verdict, or how far the analysis has come. */
function titleOf(analysis: Analysis): string {
  const { states } = texts.value.result
  return analysis.state === 'completed' ? headlineOf(analysis) : states[analysis.state]
}

/** It was there a moment ago. */
function Gone() {
  const { result: t } = texts.value
  return (
    <section class="narrow">
      <PageTitle takesFocus>{t.goneTitle}</PageTitle>
      <p>{t.gone}</p>
      <p>
        <a href="/history">{t.toHistory}</a>
      </p>
    </section>
  )
}
