/**
 * Keeps the focus from being lost. When what has it goes away, as a button does that has done its work, browsers put it
 * nowhere, and whoever uses a keyboard would begin at the top of the page again. Here it goes on to what has come in its
 * place, or stands next to it.
 */

const focusable = ['a[href]', 'button:enabled', 'input:enabled', 'select:enabled', 'textarea:enabled', 'summary', '[tabindex="0"]'].join()
/** Further away nobody looks for it. */
const landmarks = 'main, dialog, header, .toasts'

interface Place {
  element: Element
  /** What it stands in, from the inside out, and as which child. */
  within: Array<{ parent: Element; at: number }>
}

/** Where the focus is; undefined when somebody has taken it away, by pressing beside everything. */
let place: Place | undefined
/** Where it was before it came to this landmark. */
let before: Element | undefined

function placeOf(element: Element): Place {
  const within: Place['within'] = []
  for (let child = element; child.parentElement !== null && !child.matches(landmarks); child = child.parentElement) {
    within.push({ parent: child.parentElement, at: [...child.parentElement.children].indexOf(child) })
  }
  return { element, within }
}

const canHaveFocus = (element: Element) => element.isConnected && element.checkVisibility() && !element.matches(':disabled')

/** What can have the focus in an element, itself included, in the order of the page. */
const candidates = (element: Element) => [element, ...element.querySelectorAll(focusable)].filter((one) => one.matches(focusable) && canHaveFocus(one))

function nextTo({ within }: Place): Element | undefined {
  for (const { parent, at } of within) {
    if (!parent.isConnected) continue
    const children = [...parent.children]
    const found = children.slice(at).flatMap(candidates)[0] ?? children.slice(0, at).flatMap(candidates).at(-1)
    if (found !== undefined) return found
  }
  return undefined
}

function keep(): void {
  const active = document.activeElement ?? document.body
  if (place === undefined || (active !== document.body && canHaveFocus(active))) return
  const isOnPage = place.within.at(-1)?.parent.matches('main') === true
  const found = nextTo(place) ?? (!isOnPage && before !== undefined && canHaveFocus(before) ? before : document.getElementById('main'))
  if (found instanceof HTMLElement) found.focus({ preventScroll: isOnPage })
}

document.addEventListener('focusin', ({ target }) => {
  if (!(target instanceof Element)) return
  const now = placeOf(target)
  if (place !== undefined && now.within.at(-1)?.parent !== place.within.at(-1)?.parent) before = place.element
  place = now
})
document.addEventListener('focusout', ({ target, relatedTarget }) => {
  // What is being taken out of the page is still there at this moment.
  if (relatedTarget === null) queueMicrotask(() => {
    const isPutAway = document.activeElement === document.body && target instanceof Element && canHaveFocus(target)
    if (isPutAway) place = undefined
  })
})
new MutationObserver(keep).observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled', 'hidden'] })
