import { useRoute } from 'preact-iso'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** Where the focus was brought the last time: the browser itself has brought it to where the app begins. */
let arrivedAt = location.pathname

/** Brings the focus to the heading, when what had it is gone from the page. */
export const focusHeading = (): void => document.querySelector('h1')?.focus()

/**
 * The heading of a page, one on each; also the title of the window. Whoever comes from another page of the app gets the
 * focus here, so that the page is read from its beginning.
 * @param props.title of the window, when it is not what stands in the heading
 * @param props.takesFocus when it comes in place of what somebody has just used, such as a form that is done
 */
export function PageTitle({ children, title, takesFocus = false }: { children: ComponentChildren; title?: string; takesFocus?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null)
  // What is shown instead of all pages stands outside of the router.
  const { path = location.pathname } = useRoute() as Partial<ReturnType<typeof useRoute>>
  useLayoutEffect(() => {
    if (path === arrivedAt && !takesFocus) return
    arrivedAt = path
    heading.current?.focus({ preventScroll: true })
  }, [path, takesFocus])
  useLayoutEffect(() => {
    document.title = `${title ?? heading.current?.textContent ?? ''} – FakeTect`
  })
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
