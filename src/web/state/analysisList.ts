import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Analysis } from '../../client/openapi.ts'
import { ask, Problem } from '../api.ts'
import { language } from '../language/current.ts'
import { isAnalysisEvent } from '../result/events.ts'
import { deleted, noteDeleted } from './deletion.ts'
import { listen } from './live.ts'

/** The most that the service gives at once. */
const LARGEST_PAGE = 100
/** Events come in swarms; they are answered together. */
const SWARM_MS = 400
/** More than so many are asked for as a list. */
const ASKED_ONE_BY_ONE = 3

interface Page {
  analyses: Analysis[]
  next: string | null
}

export interface AnalysisList {
  /** Newest first; undefined until the first page has come. */
  analyses: ReadonlySignal<readonly Analysis[] | undefined>
  /** Whether there are earlier ones. */
  hasMore: ReadonlySignal<boolean>
  /** Loads the next page. */
  more: () => Promise<void>
  busy: ReadonlySignal<boolean>
  problem: ReadonlySignal<unknown>
}

/**
 * The analyses of whoever is signed in, page by page, and kept up to date.
 * @param filters those of `GET /v1/analyses`, as a query
 */
export function useAnalysisList(filters: string, pageSize: number): AnalysisList {
  const rows = useSignal<readonly Analysis[] | undefined>(undefined)
  const next = useSignal<string | null>(null)
  const busy = useSignal(false)
  const problem = useSignal<unknown>(undefined)
  const more = useRef(async () => {})

  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    const news = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const askPage = (path: string) => ask<Page>(path, { signal })
    const firstPage = (limit: number) => `/v1/analyses?limit=${limit}${filters === '' ? '' : `&${filters}`}`

    /** One thing at a time: what comes later sees what came before. */
    let queue = Promise.resolve()
    function inTurn(work: () => Promise<void>): Promise<void> {
      queue = queue.then(() => (signal.aborted ? undefined : attempt(work)))
      return queue
    }
    async function attempt(work: () => Promise<void>): Promise<void> {
      busy.value = true
      let failure: unknown
      try {
        await work()
      } catch (error) {
        failure = error
      }
      if (signal.aborted) return
      problem.value = failure
      busy.value = false
    }

    /** Loads anew what is shown, and what has come since. */
    async function reload(isFirst = false): Promise<void> {
      const shown = isFirst ? [] : (rows.peek() ?? [])
      const oldest = shown.at(-1)?.id ?? ''
      const found: Analysis[] = []
      const reachesAll = () => oldest === '' || (found.at(-1)?.id ?? '') <= oldest
      let page = await askPage(firstPage(Math.min(LARGEST_PAGE, Math.max(pageSize, shown.length))))
      found.push(...page.analyses)
      while (page.next !== null && !reachesAll()) {
        page = await askPage(page.next)
        found.push(...page.analyses)
      }
      rows.value = found
      next.value = page.next
    }

    async function hear(): Promise<void> {
      timer = undefined
      const ids = [...news]
      news.clear()
      const known = new Map(rows.peek()?.map((row) => [row.id, row]))
      if (filters !== '' || ids.length > ASKED_ONE_BY_ONE || ids.some((id) => !known.has(id))) return reload()
      const found = await Promise.all(ids.map((id) => ask<Analysis>(`/v1/analyses/${id}`, { signal }).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 404) return undefined
        throw error
      })))
      const fresh = new Map(found.flatMap((row) => (row === undefined ? [] : [[row.id, row]])))
      rows.value = rows.peek()?.map((row) => fresh.get(row.id) ?? row)
    }

    more.current = () =>
      inTurn(async () => {
        if (next.peek() === null) return
        const page = await askPage(next.peek() ?? '')
        const known = new Set(rows.peek()?.map(({ id }) => id))
        rows.value = [...(rows.peek() ?? []), ...page.analyses.filter(({ id }) => !known.has(id))]
        next.value = page.next
      })

    const stop = listen({
      heard(event) {
        if (!isAnalysisEvent(event)) return
        const { id, state } = event.data
        if (state === 'deleted') return noteDeleted(id)
        news.add(id)
        timer ??= setTimeout(() => void inTurn(hear), SWARM_MS)
      },
      reload: () => void inTurn(reload)
    })
    void inTurn(() => reload(true))
    return () => {
      left.abort()
      stop()
      clearTimeout(timer)
    }
  }, [filters, pageSize, language.value])

  // One that is still coming in is shown by the page that sends it, and here when it is whole.
  const analyses = useComputed(() => rows.value?.filter(({ id, state }) => state !== 'uploading' && !deleted.value.has(id)))
  const hasMore = useComputed(() => next.value !== null)
  return { analyses, hasMore, more: () => more.current(), busy, problem }
}
