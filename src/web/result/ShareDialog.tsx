import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Analysis } from '../../client/openapi.ts'
import type { Answer } from '../../client/requests.ts'
import type { ShareInclusion } from '../../shares/resource.ts'
import { ask, Problem } from '../api.ts'
import { dateTime, list } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { CopyButton } from '../parts/CopyButton.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { Field } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { announce } from '../state/announcements.ts'
import { Inclusions } from './Inclusions.tsx'

type Share = Answer<'GET /v1/analyses/{id}/share'>

const inclusions: ShareInclusion[] = ['location', 'serial_numbers', 'prompts', 'file_name']
const dayMs = 86_400_000
const durations = ['7', '30', '365', 'always'] as const

interface DialogProps {
  analysis: Analysis
  open: boolean
  onClose: () => void
}

export function ShareDialog({ analysis, open, onClose }: DialogProps) {
  const { sharing: t } = texts.value
  return (
    <Dialog title={t.title} open={open} onClose={onClose}>
      <Sharing path={`${analysis.links.self}/share`} />
    </Dialog>
  )
}

/** Makes the link, shows it this once, and takes it back. */
function Sharing({ path }: { path: string }) {
  const { sharing: t } = texts.value
  /** Undefined until it is known; null for none. */
  const share = useSignal<Share | null | undefined>(undefined)
  /** The address, known only to whoever has just made it. */
  const url = useSignal<string | undefined>(undefined)

  const look = useAction(async () => {
    share.value = await ask<Share>(path).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'not_found') return null
      throw error
    })
  })
  const make = useAction(async (given: Given) => {
    const json = { include: given.all('include'), expiresAt: endOf(given.text('duration')) }
    const made = await ask<Share & { url: string }>(path, { method: 'POST', json })
    share.value = made
    url.value = made.url
    announce(t.made)
  })
  const withdraw = useAction(async () => {
    await ask(path, { method: 'DELETE' }).catch((error: unknown) => {
      if (!(error instanceof Problem && error.code === 'not_found')) throw error
    })
    share.value = null
    url.value = undefined
    announce(t.withdrawn)
  })
  useEffect(() => void look.run(), [])

  if (share.value === undefined) return look.problem.value === undefined ? <Spinner said /> : <ProblemNotice problem={look.problem.value} />
  return (
    <div class="sharing">
      {share.value !== null && (
        <>
          {url.value === undefined ? <p>{t.there}</p> : <MadeLink url={url.value} />}
          <ShareTerms share={share.value} />
          <p class="buttons">
            <Button look="danger" busy={withdraw.busy.value} onClick={() => void withdraw.run()}>
              {t.withdraw}
            </Button>
          </p>
          <ProblemNotice problem={withdraw.problem.value} />
        </>
      )}
      {url.value === undefined && (
        <Form action={make}>
          {(errors) => (
            <>
              <p>{share.value === null ? t.intro : t.another}</p>
              <Inclusions choices={inclusions} chosen={share.value?.include ?? []} />
              <Field label={t.duration} error={errors.expiresAt}>
                {(control) => (
                  <select {...control} name="duration" defaultValue="30">
                    {durations.map((name) => (
                      <option key={name} value={name} selected={name === '30'}>
                        {t.durations[name]}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
              <Button type="submit" look="strong" busy={make.busy.value}>
                {t.make}
              </Button>
            </>
          )}
        </Form>
      )}
    </div>
  )
}

const endOf = (days: string): string | null => (days === 'always' ? null : new Date(Date.now() + Number(days) * dayMs).toISOString())

function MadeLink({ url }: { url: string }) {
  const { sharing: t } = texts.value
  return (
    <Notice tone="good">
      <p>{t.made}</p>
      <p class="with-button">
        <input readOnly value={url} aria-label={t.link} onFocus={({ currentTarget }) => currentTarget.select()} />
        <CopyButton text={url} describes={t.link} />
      </p>
      <p class="quiet">{t.once}</p>
    </Notice>
  )
}

function ShareTerms({ share: { include, createdAt, expiresAt } }: { share: Share }) {
  const { sharing: t } = texts.value
  return (
    <p class="quiet">
      {t.madeAt(dateTime(createdAt))} {expiresAt === null ? t.endsNever : t.endsAt(dateTime(expiresAt))}{' '}
      {include.length === 0 ? t.showsNothingMore : t.showsToo(list(include.map((name) => t.inclusions[name])))}
    </p>
  )
}
