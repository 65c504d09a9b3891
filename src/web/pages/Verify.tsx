import { useLocation } from 'preact-iso'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Verification } from '../../reports/verification.ts'
import type { Verdict } from '../../engine/types.ts'
import { ask, Problem } from '../api.ts'
import { dateTime } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { TextField } from '../parts/Field.tsx'
import { Form, useAction, type Given } from '../parts/Form.tsx'
import { Notice, ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { Spinner } from '../parts/Spinner.tsx'
import { FileDrop } from '../result/FileDrop.tsx'
import { canHash, fileHash } from '../result/fileHash.ts'
import { OfflineCheck } from '../result/OfflineCheck.tsx'
import '../style/result.css'
import '../style/verify.css'

/** What a signed report says. */
interface Statement {
  id: string
  mediaSha256: string
  verdict: Verdict
  engineVersion: string
  madeAt: string
  keyRevokedAt: string | null
  links: { signature: string }
}

interface Answer {
  outcome: Verification['outcome']
  report: Statement | null
}

/**
 * `/verify?report=…`: whether a report is what this service signed, and whether a file is the one that it speaks of. Nothing is sent
 * but hashes.
 */
export function Verify() {
  const { verify: t } = texts.value
  const { query } = useLocation()
  const report = useSignal<Statement | undefined>(undefined)
  const ofReport = useSignal<{ name: string; outcome: Answer['outcome'] } | undefined>(undefined)
  const ofFile = useSignal<{ name: string; outcome: Answer['outcome'] } | undefined>(undefined)

  const look = useAction(async (id: string) => {
    report.value = await ask<Statement>(`/v1/reports/${encodeURIComponent(id)}`)
  })
  useEffect(() => {
    if (query.report !== undefined) void look.run(query.report)
  }, [query.report])

  const checkReport = useAction(async (file: File) => {
    ofReport.value = undefined
    ofFile.value = undefined
    const id = report.peek()?.id
    const { outcome, report: found } = canHash()
      ? await ask<Answer>('/v1/reports/verify', { method: 'POST', json: { pdf: await fileHash(file), ...(id !== undefined && { report: id }) } })
      : await ask<Answer>(`/v1/reports/verify${id === undefined ? '' : `?report=${id}`}`, {
          method: 'POST',
          body: file,
          headers: { 'content-type': 'application/pdf' }
        })
    ofReport.value = { name: file.name, outcome }
    if (found !== null) report.value = found
  })
  const compare = useAction(async (name: string, sha256: string) => {
    const answer = await ask<Answer>('/v1/reports/verify', { method: 'POST', json: { file: sha256, report: report.peek()?.id } })
    ofFile.value = { name, outcome: answer.outcome }
  })
  const checkFile = useAction(async (file: File) => {
    ofFile.value = undefined
    await compare.run(file.name, await fileHash(file))
  })

  const isUnknown = look.problem.value instanceof Problem && look.problem.value.code === 'not_found'
  return (
    <div class="verify">
      <header>
        <PageTitle>{t.title}</PageTitle>
        <p class="lead">{t.lead}</p>
        <p>{canHash() ? t.nothingSent : t.insecure}</p>
      </header>

      {look.busy.value && <Spinner said />}
      {isUnknown ? <Notice tone="problem">{t.noSuchReport}</Notice> : <ProblemNotice problem={look.problem.value} />}
      {report.value !== undefined && <ReportStatement report={report.value} />}

      <section class="sheet">
        <h2>{t.reportTitle}</h2>
        <FileDrop
          label={t.chooseReport}
          hint={canHash() ? t.reportHint : t.reportIsSent}
          accept="application/pdf,.pdf"
          onFile={(file) => void checkReport.run(file)}
        />
        <div role="status">
          {checkReport.busy.value && <Spinner said />}
          {ofReport.value !== undefined && <Outcome {...ofReport.value} />}
        </div>
        <ProblemNotice problem={checkReport.problem.value} />
      </section>

      <section class="sheet">
        <h2>{t.fileTitle}</h2>
        {report.value === undefined && <p>{t.reportFirst}</p>}
        {report.value !== undefined && canHash() && <FileDrop label={t.chooseFile} hint={t.fileHint} onFile={(file) => void checkFile.run(file)} />}
        {report.value !== undefined && !canHash() && <HashForm onHash={(hash) => compare.run('SHA-256', hash)} />}
        <div role="status">
          {(checkFile.busy.value || compare.busy.value) && <Spinner said />}
          {ofFile.value !== undefined && <Outcome {...ofFile.value} />}
        </div>
        <ProblemNotice problem={checkFile.problem.value ?? compare.problem.value} />
      </section>

      <OfflineCheck signature={report.value?.links.signature} />
    </div>
  )
}

/** What the service itself has on record for a report. */
function ReportStatement({ report: { id, verdict, madeAt, engineVersion, mediaSha256, keyRevokedAt } }: { report: Statement }) {
  const { verify: t, files } = texts.value
  return (
    <section class="sheet statement" data-verdict={verdict}>
      <h2>{t.statement}</h2>
      <p class="statement-verdict">{files.verdicts[verdict]}</p>
      <dl class="facts">
        <div>
          <dt>{t.madeAt}</dt>
          <dd>{dateTime(madeAt)}</dd>
        </div>
        <div>
          <dt>{t.ofFile}</dt>
          <dd>
            <code>{mediaSha256}</code>
          </dd>
        </div>
        <div>
          <dt>{t.engine}</dt>
          <dd>{engineVersion}</dd>
        </div>
        <div>
          <dt>{t.reportId}</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </div>
      </dl>
      {keyRevokedAt !== null && <Notice tone="problem">{t.revokedAt(dateTime(keyRevokedAt))}</Notice>}
      <p class="quiet">{t.statementMeans}</p>
    </section>
  )
}

function Outcome({ name, outcome }: { name: string; outcome: Answer['outcome'] }) {
  const { verify: t } = texts.value
  const isGood = outcome === 'valid' || outcome === 'matches'
  return (
    <div class="notice outcome" data-tone={isGood ? 'good' : 'problem'}>
      <p>
        <strong>{t.outcomes[outcome].title}</strong>
      </p>
      <p>{t.outcomes[outcome].text}</p>
      <p class="quiet">{name}</p>
    </div>
  )
}

/** Where the page may not hash, whoever has a program for it can. */
function HashForm({ onHash }: { onHash: (sha256: string) => Promise<void> }) {
  const { verify: t } = texts.value
  const check = useAction(async (given: Given) => {
    const sha256 = given.text('sha256').trim().toLowerCase()
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(t.noHash)
    await onHash(sha256)
  })
  return (
    <Form action={check}>
      {() => (
        <>
          <TextField label={t.hash} hint={t.hashHint} name="sha256" required maxLength={80} autocomplete="off" spellcheck={false} />
          <Button type="submit" look="strong" busy={check.busy.value}>
            {t.compare}
          </Button>
        </>
      )}
    </Form>
  )
}
