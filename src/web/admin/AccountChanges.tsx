import { useSignal } from '@preact/signals'
import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { ConfirmDialog, Dialog } from '../parts/Dialog.tsx'
import { Field, TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { toast } from '../state/toasts.ts'
import { planNames } from './AccountList.tsx'
import type { AccountDetail } from './AccountView.tsx'

/** What an admin may change: the plan, the role, and whether the account may be used at all. */
export function AccountChanges({ account, onChanged }: { account: AccountDetail; onChanged: () => Promise<void> }) {
  const { admin: t, plan, parts } = texts.value
  const { id, suspendedAt, role, planGranted } = account
  const suspending = useSignal(false)
  const changingRole = useSignal(false)
  const to = role === 'admin' ? 'user' : 'admin'

  async function change(json: object, said: string): Promise<void> {
    await ask(`/v1/admin/accounts/${id}`, { method: 'PATCH', json })
    suspending.value = false
    changingRole.value = false
    await onChanged()
    toast(said)
  }
  const grant = useAction(async (given: Given) => change({ plan: given.text('plan') }, t.planChanged))
  const suspend = useAction(async (given: Given) => change({ suspended: { reason: given.text('reason').trim() } }, t.nowSuspended))
  const unsuspend = useAction(async () => change({ suspended: false }, t.nowActive))
  const setRole = useAction(async () => change({ role: to }, t.roleChanged))

  return (
    <section class="sheet part">
      <h2>{t.changes}</h2>
      <Form action={grant}>
        {(errors) => (
          <div class="search-fields">
            <Field label={t.grant} hint={t.grantHint} error={errors.plan}>
              {(control) => (
                <select {...control} name="plan">
                  {planNames.map((name) => (
                    <option key={name} value={name} selected={name === (planGranted ?? account.plan)}>
                      {plan.names[name]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Button type="submit" busy={grant.busy.value}>
              {t.grantIt}
            </Button>
          </div>
        )}
      </Form>
      <p class="buttons">
        <Button onClick={() => (changingRole.value = true)}>{t.makeRole[to]}</Button>
        {suspendedAt === null ? (
          <Button look="danger" onClick={() => (suspending.value = true)}>
            {t.suspend}
          </Button>
        ) : (
          <Button busy={unsuspend.busy.value} onClick={() => void unsuspend.run()}>
            {t.unsuspend}
          </Button>
        )}
      </p>
      <ProblemNotice problem={unsuspend.problem.value} />
      <ConfirmDialog
        title={t.makeRole[to]}
        open={changingRole.value}
        onClose={() => (changingRole.value = false)}
        confirm={t.makeRole[to]}
        danger={to === 'admin'}
        busy={setRole.busy.value}
        onConfirm={() => void setRole.run()}
      >
        <p>{t.roleWarnings[to]}</p>
        <ProblemNotice problem={setRole.problem.value} />
      </ConfirmDialog>
      <Dialog title={t.suspend} open={suspending.value} onClose={() => (suspending.value = false)}>
        <p>{t.suspendWarning}</p>
        <Form action={suspend}>
          {(errors) => (
            <>
              <TextField label={t.reason} name="reason" required maxLength={500} autocomplete="off" hint={t.reasonHint} error={errors.reason} />
              <p class="buttons">
                <Button onClick={() => (suspending.value = false)}>{parts.cancel}</Button>
                <Button type="submit" look="danger" busy={suspend.busy.value}>
                  {t.suspendIt}
                </Button>
              </p>
            </>
          )}
        </Form>
      </Dialog>
    </section>
  )
}
