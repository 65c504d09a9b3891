import type { Page } from 'playwright-core'

/** What has the focus, and whether it can be seen to have it. */
export interface Focused {
  /** The element, as a person would call it: its role or tag, and its name. */
  what: string
  /** Why somebody might lose their place; undefined when nothing is wrong. */
  fault: string | undefined
}

const outOfSight = 'it is out of sight'

/** Looks at the focus. It must be somewhere, in sight, not covered, and with an outline that stands out. */
export function focusOf(page: Page): Promise<Focused> {
  return page.evaluate((outOfSight) => {
    const element = document.activeElement
    if (element === null || element === document.body) return { what: 'BODY', fault: 'the focus is lost' }
    const { labels } = element as HTMLInputElement
    const name = element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent
    const what = `${element.tagName}: ${name.trim()}`
    // Headings that a page begins with, and dialogs as a whole, have it to be read from there.
    if (element.matches('[tabindex="-1"], dialog')) return { what, fault: undefined }
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2 || outlineColor === 'rgba(0, 0, 0, 0)') return { what, fault: 'no outline is drawn' }
    const places = [...element.getClientRects()].filter(({ width, height }) => width > 1 && height > 1)
    const isInSight = places.some((box) =>
      [0.1, 0.5, 0.9].some((down) => {
        const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * down)
        return found !== null && (element.contains(found) || found.contains(element))
      })
    )
    return { what, fault: isInSight ? undefined : outOfSight }
  }, outOfSight)
}

/**
 * Somebody who has a keyboard and nothing else.
 * @param faults collects each time that the focus is lost or can't be seen
 */
export function keyboardOf(page: Page, faults: string[]) {
  let before = ''

  /** Presses a key, and looks where the focus is then. */
  async function press(key: string): Promise<string> {
    await page.keyboard.press(key)
    return look(`${key} at ${before}`)
  }

  /** @param after what was done, to tell it with the fault */
  async function look(after: string): Promise<string> {
    let { what, fault } = await focusOf(page)
    // What scrolls, or is still being drawn, comes to rest.
    for (let looks = 0; fault === outOfSight && looks < 20; looks++) {
      await page.waitForTimeout(50)
      ;({ what, fault } = await focusOf(page))
    }
    // Beyond both ends of the page, and of a dialog, are the browser's own buttons.
    const isBeyond = what === 'BODY' && /^(?:Shift\+)?Tab at (?:A: Skip to the content|A: API reference|BUTTON: Close)$/.test(after)
    if (fault !== undefined && !isBeyond) faults.push(`${after} → ${what}: ${fault}`)
    before = what
    return what
  }

  /** Goes on by Tab to what is called so. @throws when it is not to be reached by as many presses as a page may need */
  async function goTo(name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab', most = 80): Promise<void> {
    const met: string[] = []
    for (let presses = 0; presses < most; presses++) {
      const what = await press(key)
      if (name.test(what)) return
      met.push(what)
    }
    throw new Error(`${key} does not lead to ${String(name)}, only to ${met.join(' · ')}`)
  }

  /** Goes there and presses it. */
  async function activate(name: RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    await goTo(name, key)
    await page.keyboard.press('Enter')
  }

  return { press, look, goTo, activate, type: (text: string) => page.keyboard.type(text) }
}
