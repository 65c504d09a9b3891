import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { messageOf } from '../api.ts'
import { bytes } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { FileLine, FileState } from '../parts/FileLine.tsx'
import { hasEnded } from '../state/files.ts'
import { cancel, retry } from '../state/sending.ts'
import { toast } from '../state/toasts.ts'
import { drop, isDone, sizeOf, type Upload } from '../state/uploads.ts'

/** A file that was sent from here: how far it has come, from its way in to its verdict. @param props.before how many of those that wait come first */
export function UploadLine({ upload, before }: { upload: Upload; before: number }) {
  const { key, name, source, stage } = upload
  const analysis = stage.name === 'taken' ? stage.analysis : undefined
  return (
    <FileLine
      href={analysis && `/analyses/${analysis.id}`}
      name={analysis?.fileName ?? name}
      thumbnail={analysis?.links.thumbnail ?? null}
      local={key}
      kind={source instanceof File && source.type.startsWith('video/') ? 'video' : 'image'}
      actions={<Actions upload={upload} />}
    >
      {stage.name === 'taken' ? <FileState analysis={stage.analysis} before={before} /> : <OnItsWay upload={upload} />}
    </FileLine>
  )
}

function OnItsWay({ upload: { name, source, stage } }: { upload: Upload }) {
  const { analyse: t } = texts.value
  const size = sizeOf(source)
  if (stage.name === 'failed') {
    return (
      <>
        <p class="file-reason">{stage.reason}</p>
        {stage.againAt !== undefined && <Again key={stage.againAt} at={stage.againAt} />}
      </>
    )
  }
  const sentBytes = stage.name === 'sending' ? stage.sentBytes : undefined
  return (
    <>
      <p class="file-state">
        {stage.name === 'waiting' && t.waiting}
        {sentBytes !== undefined && t.sending(bytes(sentBytes), bytes(size))}
        {stage.name === 'storing' && (source instanceof File ? t.storing : t.fetching)}
      </p>
      {stage.name !== 'waiting' && <progress max={1} value={sentBytes === undefined ? undefined : sentBytes / Math.max(1, size)} aria-label={t.progressOf(name)} />}
    </>
  )
}

/** When it is sent again by itself. */
function Again({ at }: { at: number }) {
  const { analyse: t } = texts.value
  const seconds = useSignal(secondsTo(at))
  useEffect(() => {
    const timer = setInterval(() => (seconds.value = secondsTo(at)), 500)
    return () => clearInterval(timer)
  }, [])
  return <p class="quiet">{t.againIn(seconds.value)}</p>
}

const secondsTo = (at: number) => Math.max(1, Math.ceil((at - Date.now()) / 1_000))

function Actions({ upload }: { upload: Upload }) {
  const { analyse: t } = texts.value
  const { key, name, stage } = upload
  const busy = useSignal(false)

  async function stop(): Promise<void> {
    busy.value = true
    await cancel(key).catch((error: unknown) => toast(messageOf(error), { tone: 'problem' }))
    busy.value = false
  }

  if (stage.name === 'taken' && hasEnded(stage.analysis)) return null
  return (
    <>
      {stage.name === 'failed' && stage.canRetry && (
        <Button onClick={() => retry(key)} aria-label={`${t.retry}: ${name}`}>
          {t.retry}
        </Button>
      )}
      <Button
        look="quiet"
        busy={busy.value}
        onClick={(event) => {
          focusNext(event.currentTarget)
          if (isDone(upload)) drop(key)
          else void stop()
        }}
        aria-label={`${isDone(upload) ? t.remove : t.cancel}: ${name}`}
      >
        {isDone(upload) ? t.remove : t.cancel}
      </Button>
    </>
  )
}

/** The line may go, and the focus with it: then it goes on with the next one. */
function focusNext(button: HTMLElement): void {
  const line = button.closest('li')
  const next = line?.nextElementSibling?.querySelector<HTMLElement>('a, button') ?? document.querySelector<HTMLElement>('#sent')
  requestAnimationFrame(() => {
    if (line?.isConnected === false || document.activeElement === document.body) next?.focus()
  })
}
