import type { Session } from '../../client/openapi.ts'
import type { Answer } from '../../client/requests.ts'
import { ask } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Field, TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Ticks } from '../parts/Ticks.tsx'
import { session } from '../state/session.ts'

type MadeKey = Answer<'POST /v1/api-keys'>
type Scope = Session['scopes'][number]

const DAY_MS = 86_400_000
const lifetimes = ['never', '7', '30', '90', '365'] as const

/** Takes what a new key is to be called, what it may do, and until when. */
export function KeyForm({ onMade, onCancel }: { onMade: (key: MadeKey) => void; onCancel: () => void }) {
  const { keys: t, parts } = texts.value
  // None may do more than whoever makes it.
  const mine: Scope[] = session.value?.scopes ?? []
  const make = useAction(async (given: Given) => {
    const days = given.text('expiresAt')
    onMade(
      await ask<MadeKey>('/v1/api-keys', {
        method: 'POST',
        json: {
          name: given.text('name').trim(),
          scopes: given.all('scopes'),
          ...(days !== 'never' && { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() })
        }
      })
    )
  })
  return (
    <Form action={make}>
      {(errors) => (
        <>
          <TextField label={t.name} name="name" required maxLength={100} autocomplete="off" hint={t.nameHint} error={errors.name} />
          <Ticks label={t.mayDo} name="scopes" choices={mine} said={t.scopes} ticked={mine.filter((scope) => scope !== 'account')} error={errors.scopes} />
          <Field label={t.lifetime} error={errors.expiresAt}>
            {(control) => (
              <select {...control} name="expiresAt">
                {lifetimes.map((days) => (
                  <option key={days} value={days}>
                    {t.lifetimes[days]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <p class="buttons">
            <Button onClick={onCancel}>{parts.cancel}</Button>
            <Button type="submit" look="strong" busy={make.busy.value}>
              {t.makeIt}
            </Button>
          </p>
        </>
      )}
    </Form>
  )
}
