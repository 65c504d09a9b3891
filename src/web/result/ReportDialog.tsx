import { useSignal } from '@preact/signals'
import type { Analysis } from '../../client/openapi.ts'
import { noAnswer, problemOf } from '../api.ts'
import { language } from '../language/current.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Notice } from '../parts/Notice.tsx'
import { announce } from '../state/announcements.ts'
import { Inclusions } from './Inclusions.tsx'

interface DialogProps {
  analysis: Analysis
  open: boolean
  onClose: () => void
}

/** Longer than a report takes that has to wait for its turn. */
const TIMEOUT_MS = 70_000

/** The signed report as a PDF, in the language of the page, and where others can check it. */
export function ReportDialog({ analysis, open, onClose }: DialogProps) {
  const { sharing: t } = texts.value
  return (
    <Dialog title={t.reportTitle} open={open} onClose={onClose}>
      <Report analysis={analysis} />
    </Dialog>
  )
}

function Report({ analysis }: { analysis: Analysis }) {
  const { sharing: t } = texts.value
  const id = useSignal<string | undefined>(undefined)
  const make = useAction(async (given: Given) => {
    const query = new URLSearchParams({ language: language.peek() })
    for (const name of given.all('include')) query.append('include', name)
    const report = await fetchReport(`${analysis.links.self}/report.pdf?${query}`)
    save(report.pdf, `faketect-report-${report.id}.pdf`)
    id.value = report.id
    announce(t.reportMade)
  })
  return (
    <>
      <p>{t.reportIntro}</p>
      <Form action={make}>
        {() => (
          <>
            <Inclusions choices={['location', 'serial_numbers', 'prompts']} />
            <Button type="submit" look="strong" busy={make.busy.value}>
              {t.makeReport}
            </Button>
          </>
        )}
      </Form>
      {id.value !== undefined && (
        <Notice tone="good">
          <p>{t.reportMade}</p>
          <p class="buttons">
            <a class="button" href={`/verify?report=${id.value}`}>
              {t.verifyReport}
            </a>
            <a class="button" href={`/v1/reports/${id.value}/signature`} download target="_self">
              {t.signature}
            </a>
          </p>
        </Notice>
      )}
    </>
  )
}

/** @throws {Problem} */
async function fetchReport(path: string): Promise<{ id: string; pdf: Blob }> {
  const response = await fetch(path, { credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => {
    throw noAnswer()
  })
  if (!response.ok) throw problemOf(response.status, await response.text(), response.headers.get('retry-after'))
  const [, id = ''] = /\/v1\/reports\/([\w-]+)>; rel="about"/.exec(response.headers.get('link') ?? '') ?? []
  return { id, pdf: await response.blob() }
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
