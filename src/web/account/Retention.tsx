import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { ProblemNotice } from '../parts/Notice.tsx'
import { useAction } from '../parts/Form.tsx'
import { toast } from '../state/toasts.ts'
import type { AccountResource } from './Profile.tsx'

const retentions = ['plan', 'none'] as const satisfies Array<AccountResource['retention']>

/** What is kept of analyses: as long as the plan says, or the hash and the verdict alone. */
export function Retention({ account, onChanged }: { account: AccountResource; onChanged: () => Promise<void> }) {
  const { account: t } = texts.value
  const keep = useAction(async (retention: AccountResource['retention']) => {
    try {
      await ask('/v1/account', { method: 'PATCH', json: { retention } })
      toast(t.saved)
    } finally {
      // What has been ticked goes back to what holds when it could not be changed.
      await onChanged()
    }
  })
  return (
    <section class="sheet part">
      <h2 id="retention">{t.retentionTitle}</h2>
      <div class="ticks" role="radiogroup" aria-labelledby="retention">
        {retentions.map((retention) => (
          <label key={retention}>
            <input type="radio" name="retention" checked={account.retention === retention} onChange={() => void keep.run(retention)} />
            <span>
              {t.retentions[retention]}
              <span class="quiet">{t.retentionHints[retention]}</span>
            </span>
          </label>
        ))}
      </div>
      <ProblemNotice problem={keep.problem.value} />
    </section>
  )
}
