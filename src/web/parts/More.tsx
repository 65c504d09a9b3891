import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../language/texts.ts'
import type { Listing } from '../state/listing.ts'
import { Button } from './Button.tsx'
import { ProblemNotice } from './Notice.tsx'
import { Spinner } from './Spinner.tsx'

/** The end of a list that goes on: it is read further when somebody comes near, or presses the button. */
export function More({ listing }: { listing: Listing<{ id: string }> }) {
  const { parts: t } = texts.value
  const { items, next, busy, problem } = listing
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (place.current === null || next.value === null) return undefined
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && void listing.more(), { rootMargin: '300px' })
    watcher.observe(place.current)
    return () => watcher.disconnect()
  }, [next.value])
  if (items.value === undefined && problem.value === undefined) return <Spinner said />
  return (
    <>
      <ProblemNotice problem={problem.value} />
      {next.value !== null && (
        <div ref={place}>
          <Button busy={busy.value} onClick={() => void listing.more()}>
            {t.more}
          </Button>
        </div>
      )}
    </>
  )
}
