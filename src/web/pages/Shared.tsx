import { useRoute } from 'preact-iso'
import { Problem } from '../api.ts'
import { dateTime, list } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import type { SharedResource } from '../result/examined.ts'
import { Findings } from '../result/Findings.tsx'
import { headlineOf } from '../result/Verdict.tsx'
import { useReading } from '../state/reading.ts'
import '../style/result.css'

/** `/shared/:token`: what somebody has found and shows to others, without an account, and without what they left out. */
export function Shared() {
  const { shared: t, layout } = texts.value
  const { token = '' } = useRoute().params
  const { value: shared, problem: failed, reload } = useReading<SharedResource>(`/v1/shared/${encodeURIComponent(token)}`)
  const [problem, value] = [failed.value, shared.value]
  if (problem instanceof Problem && problem.code === 'not_found') return <Ended />
  if (value === undefined) {
    if (problem === undefined) return <Spinner said />
    return (
      <section class="narrow">
        <PageTitle>{t.title}</PageTitle>
        <ProblemNotice problem={problem} />
        <Button onClick={() => void reload()}>{layout.tryAgain}</Button>
      </section>
    )
  }
  const title = headlineOf(value)
  return (
    <article class="result" data-verdict={value.verdict ?? undefined}>
      <header class="result-head">
        <p class="file-name">{value.fileName ?? t.title}</p>
        <PageTitle title={title}>{title}</PageTitle>
      </header>
      <Findings examined={value}>
        <Terms shared={value} />
      </Findings>
    </article>
  )
}

/** What this page is, for whoever was sent its link. */
function Terms({ shared: { include, expiresAt } }: { shared: SharedResource }) {
  const { shared: t, sharing } = texts.value
  const leftOut = (['location', 'serial_numbers', 'prompts', 'file_name'] as const).filter((name) => !include.includes(name))
  return (
    <p class="quiet terms">
      {t.what} {leftOut.length > 0 && t.leftOut(list(leftOut.map((name) => sharing.inclusions[name])))}{' '}
      {expiresAt !== null && t.until(dateTime(expiresAt))}
    </p>
  )
}

function Ended() {
  const { shared: t, layout } = texts.value
  return (
    <section class="narrow">
      <PageTitle>{t.endedTitle}</PageTitle>
      <p>{t.ended}</p>
      <p>
        <a href="/">{layout.toStart}</a>
      </p>
    </section>
  )
}
