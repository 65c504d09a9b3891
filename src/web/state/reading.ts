import type { ReadonlySignal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ask } from '../api.ts'
import { language } from '../language/current.ts'
import { listen } from './live.ts'

/** What the service says at an address. */
export interface Reading<T> {
  /** Undefined until it is there; stays while it is read anew. */
  value: ReadonlySignal<T | undefined>
  /** Why it could not be read the last time. */
  problem: ReadonlySignal<unknown>
  reload: () => Promise<void>
}

/** What comes in so short a time is one reason to look again. */
const GATHER_MS = 250

/** Reads an address when the component comes, when the address or the language changes, and by `reload`; the answer to the latest question counts. */
export function useReading<T>(path: string): Reading<T> {
  const value = useSignal<T | undefined>(undefined)
  const problem = useSignal<unknown>(undefined)
  const asked = useRef<AbortController | undefined>(undefined)

  async function reload(): Promise<void> {
    asked.current?.abort()
    const mine = new AbortController()
    asked.current = mine
    try {
      const read = await ask<T>(path, { signal: mine.signal })
      if (mine.signal.aborted) return
      value.value = read
      problem.value = undefined
    } catch (error) {
      if (!mine.signal.aborted) problem.value = error
    }
  }

  useEffect(() => {
    void reload()
    return () => asked.current?.abort()
  }, [path, language.value])
  return { value, problem, reload }
}

/** Reads anew whenever something has happened to the account's analyses; of many events at once, once. */
export function useLiveReload(reload: () => void): void {
  const latest = useRef(reload)
  latest.current = reload
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        latest.current()
      }, GATHER_MS)
    }
    const end = listen({ heard: soon, reload: soon })
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [])
}
