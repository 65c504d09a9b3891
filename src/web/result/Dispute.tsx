import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import type { Analysis } from '../../client/openapi.ts'
import type { Truth } from '../../feedback/keep.ts'
import { ask, Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { announce } from '../state/announcements.ts'

interface Feedback {
  truth: Truth | null
  note: string
  consent: boolean
  fileKept: boolean
}

/** What the service takes (`src/feedback/routes.ts`). */
const NOTE_CHARACTERS = 2_000

const truths = ['ai_generated', 'manipulated', 'authentic'] as const satisfies Truth[]

/** “This is wrong” in one click; what it truly is, and whether the file may be kept, can be added, and all of it taken back. */
export function Dispute({ analysis }: { analysis: Analysis }) {
  const { dispute: t } = texts.value
  const path = `${analysis.links.self}/feedback`
  const said = useSignal<Feedback | null>(null)
  const saved = useSignal(false)

  useEffect(() => {
    const left = new AbortController()
    ask<Feedback>(path, { signal: left.signal })
      .then((given) => (said.value = given))
      .catch(() => undefined) // Nothing was said, or it can't be read: the button is there, and saying it again does no harm.
    return () => left.abort()
  }, [path])

  const dispute = useAction(async () => {
    said.value = await ask<Feedback>(path, { method: 'POST', json: {} })
    announce(t.noted)
  })
  const detail = useAction(async (given: Given) => {
    const json = { truth: given.text('truth') || null, note: given.text('note'), consent: given.text('consent') !== '' }
    said.value = await ask<Feedback>(path, { method: 'POST', json })
    saved.value = true
    announce(t.saved)
  })
  const takeBack = useAction(async () => {
    await ask(path, { method: 'DELETE' }).catch((error: unknown) => {
      if (!(error instanceof Problem && error.code === 'not_found')) throw error
    })
    said.value = null
    saved.value = false
    announce(t.takenBack)
  })

  if (said.value === null) {
    return (
      <div class="dispute">
        <Button busy={dispute.busy.value} onClick={() => void dispute.run()}>
          {t.thisIsWrong}
        </Button>
        <ProblemNotice problem={dispute.problem.value} />
      </div>
    )
  }
  return (
    <section class="dispute sheet" aria-label={t.thisIsWrong}>
      <Notice tone="good">{t.noted}</Notice>
      <details open={!saved.value}>
        <summary>{t.more}</summary>
        <DetailForm said={said.value} action={detail} />
      </details>
      {saved.value && <p>{said.value.fileKept ? t.savedWithFile : t.saved}</p>}
      <Button busy={takeBack.busy.value} onClick={() => void takeBack.run()}>
        {t.takeBack}
      </Button>
      <ProblemNotice problem={takeBack.problem.value} />
    </section>
  )
}

function DetailForm({ said, action }: { said: Feedback; action: ReturnType<typeof useAction<[Given]>> }) {
  const { dispute: t } = texts.value
  const id = useId()
  return (
    <Form action={action}>
      {(errors) => (
        <>
          <fieldset class="choices">
            <legend>{t.truth}</legend>
            {truths.map((truth) => (
              <label key={truth}>
                <input type="radio" name="truth" value={truth} defaultChecked={said.truth === truth} /> {t.truths[truth]}
              </label>
            ))}
            <label>
              <input type="radio" name="truth" value="" defaultChecked={said.truth === null} /> {t.unknown}
            </label>
          </fieldset>
          <Field label={t.note} hint={t.noteHint(NOTE_CHARACTERS)} error={errors.note}>
            {(control) => <textarea {...control} name="note" rows={3} maxLength={NOTE_CHARACTERS} defaultValue={said.note} />}
          </Field>
          <p class="choice">
            <input id={id} type="checkbox" name="consent" defaultChecked={said.consent} /> <label for={id}>{t.consent}</label>
          </p>
          <Button type="submit" look="strong" busy={action.busy.value}>
            {t.save}
          </Button>
        </>
      )}
    </Form>
  )
}
