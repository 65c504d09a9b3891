import { useLocation } from 'preact-iso'
import { useSignal } from '@preact/signals'
import type { Analysis } from '../../client/openapi.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { deleteWithUndo } from '../state/deletion.ts'
import { Dispute } from './Dispute.tsx'
import { ReportDialog } from './ReportDialog.tsx'
import { ShareDialog } from './ShareDialog.tsx'

/** What its owner can do with a completed analysis. */
export function Actions({ analysis }: { analysis: Analysis }) {
  const { result: t } = texts.value
  const open = useSignal<'share' | 'report' | undefined>(undefined)
  const close = () => (open.value = undefined)
  const isKept = analysis.purgedAt === null
  return (
    <div class="actions-part">
      <p class="buttons">
        {isKept && <Button onClick={() => (open.value = 'share')}>{t.share}</Button>}
        <Button onClick={() => (open.value = 'report')}>{t.report}</Button>
        {isKept && <Download analysis={analysis} />}
        <DeleteButton analysis={analysis} />
      </p>
      <Dispute analysis={analysis} />
      <ShareDialog analysis={analysis} open={open.value === 'share'} onClose={close} />
      <ReportDialog analysis={analysis} open={open.value === 'report'} onClose={close} />
    </div>
  )
}

/** The file as it was sent. */
export function Download({ analysis }: { analysis: Analysis }) {
  const { result: t } = texts.value
  return (
    <a class="button" href={analysis.links.media} download={analysis.fileName} target="_self">
      {t.download}
    </a>
  )
}

/** Leaves the page at once; what is deleted can be had back for a while. */
export function DeleteButton({ analysis }: { analysis: Analysis }) {
  const { result: t } = texts.value
  const { route } = useLocation()

  function remove(): void {
    deleteWithUndo([analysis])
    route('/history')
  }
  return <Button onClick={remove}>{t.delete}</Button>
}
