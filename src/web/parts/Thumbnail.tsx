import { useSignal } from '@preact/signals'
import type { FileSummary } from '../state/files.ts'
import { forgetLocally, localPictures } from '../state/localPictures.ts'

const SIZE = 64

/**
 * A small picture beside its file's name, which says what it is. The browser's own copy of a file is shown until the
 * service's small one has come.
 * @param props.local the name of one of `localPictures`
 */
export function Thumbnail({ src, local = '', kind }: { src: string | undefined; local?: string | undefined; kind?: FileSummary['kind'] }) {
  const failed = useSignal<string | undefined>(undefined)
  const own = localPictures.value.get(local)
  const size = { width: SIZE, height: SIZE, alt: '', loading: 'lazy', decoding: 'async' } as const
  return (
    <span class="thumbnail">
      <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
        <path d={kind === 'video' ? 'M4 5h16v14H4zM10 9l5 3-5 3z' : 'M4 5h16v14H4zM4 16l4.5-5 4 4.5 2.5-2.5 5 5M15.5 9.5h.01'} />
      </svg>
      {own !== undefined && <img key="own" {...size} src={own} onError={() => forgetLocally(local)} />}
      {src !== undefined && failed.value !== src && (
        <img key="served" {...size} src={src} onLoad={() => forgetLocally(local)} onError={() => (failed.value = src)} />
      )}
    </span>
  )
}
