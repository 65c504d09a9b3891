import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { createEngine, type Engine, type EngineOptions } from '../../../src/engine/pool.ts'

export function startEngine(t: Test, detectors: 'hostileDecoder.ts' | 'withoutDecoder.ts', options: Partial<EngineOptions> = {}): Engine {
  const engine = createEngine({ threads: 1, deadlineMs: 30_000, detectors: fileURLToPath(new URL(detectors, import.meta.url)), ...options })
  t.teardown(() => engine.close())
  return engine
}

/** The processes that this one has started, with those that have ended and were not asked how: by their ids. Told by Linux alone. */
export function children(): number[] {
  return contents(`/proc/${process.pid}/task/${process.pid}/children`).split(' ').filter(Boolean).map(Number)
}

/** The most memory that a process has had so far, in bytes; 0 for one that is gone. */
export function peakBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(contents(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim()
  } catch {
    return ''
  }
}
