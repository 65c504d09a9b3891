import type { Test } from 'tap'
import { eventually } from '../harness/eventually.ts'
import { balance, type Books } from './books.ts'
import { startFleet } from './fleet.ts'
import { startLoad } from './load.ts'
import type { Scenario } from './scenarios.ts'

/** Runs one scenario on a fleet of its own, and balances its books. */
export async function runScenario(t: Test, scenario: Scenario): Promise<Books> {
  const fleet = await startFleet(t, { ...(scenario.env && { env: scenario.env }) })
  const load = startLoad(fleet, { ...(scenario.description && { description: scenario.description }) })
  try {
    await scenario.inject(fleet, load)
    const since = performance.now()
    const before = load.attempted.length
    // Life goes on after the fault: that new files are taken again belongs to the recovery.
    await eventually(() => load.attempted.slice(before).some(({ status }) => status === 202), 45_000)
    const books = await balance(fleet, load, since)
    checkBooks(t, books)
    if (scenario.failing === undefined) t.equal(books.failed, 0, 'every file gets its verdict')
    t.comment(JSON.stringify(books))
    return books
  } finally {
    await load.stop()
  }
}

function checkBooks(t: Test, books: Books): void {
  t.ok(books.accepted > 0, `${books.accepted} files were taken`)
  t.equal(books.lost, 0, 'nothing is lost')
  t.equal(books.doubled, 0, 'nothing ends twice')
  t.equal(books.untold, 0, 'everybody was told')
  t.same(books.astray, [], 'every object has a row, and every row its objects')
  t.ok(books.unasked <= books.broken, `${books.unasked} rows of ${books.broken} uploads whose answer never arrived; none of one that was refused`)
}
