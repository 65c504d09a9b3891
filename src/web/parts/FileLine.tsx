import type { ComponentChildren } from 'preact'
import type { FileSummary } from '../state/files.ts'
import { hasEnded } from '../state/files.ts'
import { texts } from '../language/texts.ts'
import { Thumbnail } from './Thumbnail.tsx'
import { Time } from './Time.tsx'
import { VerdictBadge } from './VerdictBadge.tsx'
import '../style/files.css'

interface LineProps {
  /** Where the whole of it can be seen. */
  href?: string | undefined
  name: string
  /** A small picture: of the service, or by the name of one of `localPictures`. */
  thumbnail?: string | null
  local?: string
  kind?: FileSummary['kind']
  /** Before everything else, such as a box to tick. */
  lead?: ComponentChildren
  /** What can be done with it. */
  actions?: ComponentChildren
  children: ComponentChildren
}

/** A file in a list: its picture, its name, what is known of it, and what can be done. */
export function FileLine({ href, name, thumbnail, local, kind, lead, actions, children }: LineProps) {
  const shownName = name === '' ? texts.value.result.nameless : name
  return (
    <li class="file">
      {lead}
      <Thumbnail src={thumbnail ?? undefined} local={local} kind={kind} />
      <div class="file-words">
        <p class="file-name">{href === undefined ? shownName : <a href={href}>{shownName}</a>}</p>
        {children}
      </div>
      {actions !== undefined && <div class="file-actions">{actions}</div>}
    </li>
  )
}

/** How far an analysis has come, or its verdict. @param props.before how many of one's own files come first */
export function FileState({ analysis, before = 0 }: { analysis: FileSummary; before?: number }) {
  const { files: t, result } = texts.value
  const { state, verdict, failure, createdAt } = analysis
  return (
    <p class="file-state">
      {verdict !== null ? <VerdictBadge verdict={verdict} /> : <span class={state === 'failed' ? 'failed' : undefined}>{result.states[state]}</span>}
      {state === 'queued' && before > 0 && <span>{t.before(before)}</span>}
      {failure != null && <span>{failure.detail}</span>}
      {createdAt !== undefined && (
        <span class="quiet">
          <Time at={createdAt} relative />
        </span>
      )}
      {!hasEnded(analysis) && <span class="working" aria-hidden="true" />}
    </p>
  )
}
