import { readFileSync } from 'node:fs'
import type { Test } from 'tap'
import { eventually } from '../harness/eventually.ts'
import { balance, type Books } from './books.ts'
import { startFleet } from './fleet.ts'
import { startLoad } from './load.ts'
import type { Scenario } from './scenarios.ts'

const MAX_GROWTH_MB = 400

/** Runs one scenario on a fleet of its own, and balances its books. */
export async function runScenario(t: Test, scenario: Scenario): Promise<Books> {
  const fleet = await startFleet(t, { ...(scenario.env && { env: scenario.env }) })
  const { description, filesPerKey } = scenario
  const load = startLoad(fleet, { ...(description && { description }), ...(filesPerKey !== undefined && { filesPerKey }) })
  try {
    await eventually(() => load.attempted.filter(({ status }) => status === 202).length >= 3, 30_000)
    const before = new Map(fleet.processes.map(({ child }) => [child.pid, residentMb(child.pid)]))
    await scenario.inject(fleet, load)
    const since = performance.now()
    const known = load.attempted.length
    // Life goes on after the fault: that new files are taken again belongs to the recovery.
    await eventually(() => load.attempted.slice(known).some(({ status }) => status === 202), 45_000)
    const books = await balance(fleet, load, since)
    const grown = fleet.processes.map(({ child }) => residentMb(child.pid) - (before.get(child.pid) ?? Infinity))
    books.grownMb = Math.max(0, ...grown.filter(Number.isFinite).map(Math.round))
    checkBooks(t, books)
    if (scenario.failing === undefined) {
      t.equal(books.failed, 0, 'every file gets its verdict')
      // What piles up while something is away would be far more; a process that is warming up grows by this as well.
      t.ok(books.grownMb < MAX_GROWTH_MB, `memory grew by ${books.grownMb} MB at most`)
    }
    t.comment(JSON.stringify(books))
    return books
  } finally {
    await load.stop()
  }
}

/** 0 for a process that has gone. */
function residentMb(pid: number | undefined): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) / 1_024
  } catch {
    return 0 // also where there is no /proc
  }
}

function checkBooks(t: Test, books: Books): void {
  t.ok(books.accepted > 0, `${books.accepted} files were taken`)
  t.equal(books.lost, 0, 'nothing is lost')
  t.equal(books.doubled, 0, 'nothing ends twice')
  t.equal(books.untold, 0, 'everybody was told')
  t.same(books.astray, [], 'every object has a row, and every row its objects')
  t.same(books.misbooked, [], 'every verdict is paid for once, and nothing else is')
  t.ok(books.unasked <= books.broken, `${books.unasked} rows of ${books.broken} uploads whose answer never arrived; none of one that was refused`)
}
