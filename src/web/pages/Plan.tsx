import type { Answer } from '../../client/requests.ts'
import { AccountPages } from '../account/AccountPages.tsx'
import { Buying } from '../account/Buying.tsx'
import { PlanTable } from '../account/PlanTable.tsx'
import { UsageBars, useUntilReset } from '../account/UsageBars.tsx'
import { texts } from '../language/texts.ts'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { useLiveReload, useReading } from '../state/reading.ts'

/** `/account/plan`: what the plan allows, and how much of it is used, as it happens. */
export function Plan() {
  const { plan: t, layout } = texts.value
  const usage = useReading<Answer<'GET /v1/usage'>>('/v1/usage')
  const plans = useReading<Answer<'GET /v1/plans'>>('/v1/plans')
  useLiveReload(() => void usage.reload())
  useUntilReset(usage)
  const used = usage.value.value
  const all = plans.value.value?.plans
  return (
    <AccountPages>
      <PageTitle>{layout.plan}</PageTitle>
      <ProblemNotice problem={usage.problem.value} />
      {used === undefined && usage.problem.value === undefined && <Spinner said />}
      {used !== undefined && (
        <>
          <p class="lead">{t.yours(t.names[used.plan])}</p>
          {!used.shared && <Notice>{t.notShared}</Notice>}
          <UsageBars limits={used.limits} />
          <Buying plan={used.plan} />
        </>
      )}
      <ProblemNotice problem={plans.problem.value} />
      {all !== undefined && <PlanTable plans={all} yours={used?.plan} />}
    </AccountPages>
  )
}
