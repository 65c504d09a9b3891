import type { Answer } from '../../client/requests.ts'
import { ask, Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { useAction } from '../parts/Form.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { useReading } from '../state/reading.ts'
import { session } from '../state/session.ts'

type PlanName = Answer<'GET /v1/plans'>['plans'][number]['plan']

const names = ['FREE', 'PRO', 'PREMIUM'] as const satisfies PlanName[]

/** Buying a plan, and changing what was bought, on pages of the provider; nothing where nothing is sold. */
export function Buying({ plan }: { plan: PlanName }) {
  const { value, problem } = useReading<Answer<'GET /v1/billing'>>('/v1/billing')
  const billing = value.value
  const isOff = problem.value instanceof Problem && problem.value.code === 'billing_off'
  if (billing === undefined) return isOff ? null : <ProblemNotice problem={problem.value} />
  return <Offers plan={plan} billing={billing} />
}

function Offers({ plan, billing: { plans, subscribed, hasPortal } }: { plan: PlanName; billing: Answer<'GET /v1/billing'> }) {
  const { plan: t } = texts.value
  const leave = useAction(async (path: string, json: object) => {
    const { url } = await ask<{ url: string }>(path, { method: 'POST', json })
    location.assign(url)
  })
  const offered = subscribed ? [] : plans.filter((name) => names.indexOf(name) > names.indexOf(plan))
  return (
    <section class="part">
      <h2>{t.buyTitle}</h2>
      {session.value?.emailConfirmed === false ? (
        <p>{t.confirmFirst}</p>
      ) : (
        <p class="buttons">
          {offered.map((name) => (
            <Button key={name} look="strong" busy={leave.busy.value} onClick={() => void leave.run('/v1/billing/checkout', { plan: name })}>
              {t.buy(t.names[name])}
            </Button>
          ))}
          {hasPortal && (
            <Button busy={leave.busy.value} onClick={() => void leave.run('/v1/billing/portal', {})}>
              {subscribed ? t.manage : t.invoices}
            </Button>
          )}
        </p>
      )}
      <p class="quiet">{t.elsewhere}</p>
      <ProblemNotice problem={leave.problem.value} />
    </section>
  )
}
