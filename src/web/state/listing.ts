import type { ReadonlySignal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ask } from '../api.ts'

/** A list that the service gives page by page. */
export interface Listing<Item> {
  /** Undefined until the first page is there. */
  items: ReadonlySignal<Item[] | undefined>
  /** Where it goes on; null at its end. */
  next: ReadonlySignal<string | null>
  busy: ReadonlySignal<boolean>
  problem: ReadonlySignal<unknown>
  more: () => Promise<void>
  /** Reads the first page anew, and keeps what was read after it. */
  refresh: () => Promise<void>
}

/**
 * Reads the first page when the component comes or the address changes, and further ones by `more`; the newest item comes first.
 * @param name under which a page holds its items
 */
export function useListing<Item extends { id: string }>(path: string, name: string): Listing<Item> {
  const items = useSignal<Item[] | undefined>(undefined)
  const next = useSignal<string | null>(null)
  const busy = useSignal(false)
  const problem = useSignal<unknown>(undefined)
  const asked = useRef<AbortController | undefined>(undefined)

  async function read(from: string, put: (page: Item[], next: string | null) => void): Promise<void> {
    asked.current?.abort()
    const mine = new AbortController()
    asked.current = mine
    busy.value = true
    problem.value = undefined
    try {
      const page = await ask<Record<string, unknown> & { next: string | null }>(from, { signal: mine.signal })
      if (!mine.signal.aborted) put(page[name] as Item[], page.next)
    } catch (error) {
      if (!mine.signal.aborted) problem.value = error
    } finally {
      if (!mine.signal.aborted) busy.value = false
    }
  }

  async function more(): Promise<void> {
    const from = next.peek()
    if (from === null || busy.peek()) return
    await read(from, (page, after) => {
      items.value = [...(items.peek() ?? []), ...page]
      next.value = after
    })
  }

  const refresh = () =>
    read(path, (page, after) => {
      const fresh = new Set(page.map(({ id }) => id))
      const before = items.peek() ?? []
      const kept = before.filter(({ id }) => !fresh.has(id))
      // So much is new that nobody knows what lies between: then the list begins anew.
      const joins = kept.length < before.length
      items.value = joins ? [...page, ...kept] : page
      if (!joins || kept.length === 0) next.value = after
    })

  useEffect(() => {
    items.value = undefined
    next.value = null
    void refresh()
    return () => asked.current?.abort()
  }, [path])
  return { items, next, busy, problem, more, refresh }
}
