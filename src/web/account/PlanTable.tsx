import type { Answer } from '../../client/requests.ts'
import { bytes, number } from '../language/format.ts'
import { texts } from '../language/texts.ts'

type Plan = Answer<'GET /v1/plans'>['plans'][number]

const rows = [
  'analysesPerMonth',
  'filesInFlight',
  'analysesPerMinute',
  'bytesPerMinute',
  'uploadsPerMinute',
  'requestsPerMinute',
  'filesPerBatch',
  'fileBytes',
  'retentionDays',
  'eventStreams'
] as const satisfies Array<keyof Plan>

/** The plans side by side. */
export function PlanTable({ plans, yours }: { plans: Plan[]; yours: Plan['plan'] | undefined }) {
  const { plan: t } = texts.value
  const amount = (row: (typeof rows)[number], plan: Plan) => {
    if (row === 'retentionDays') return t.days(plan[row])
    return row === 'bytesPerMinute' || row === 'fileBytes' ? bytes(plan[row]) : number(plan[row])
  }
  return (
    <section class="part">
      <h2 id="plans">{t.compare}</h2>
      <div class="wide" role="region" tabIndex={0} aria-labelledby="plans">
        <table class="plans">
          <thead>
            <tr>
              <th scope="col">{t.limit}</th>
              {plans.map(({ plan }) => (
                <th key={plan} scope="col" data-yours={plan === yours}>
                  {t.names[plan]}
                  {plan === yours && <span class="quiet"> {t.yoursShort}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row}>
                <th scope="row">{t.rows[row]}</th>
                {plans.map((plan) => (
                  <td key={plan.plan} data-yours={plan.plan === yours}>
                    {amount(row, plan)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
