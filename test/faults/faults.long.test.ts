import t from 'tap'
import type { Books } from './books.ts'
import { runScenario } from './run.ts'
import { scenarios } from './scenarios.ts'

/** `npm run faults` runs all scenarios and prints the table; `FAULT=stalled npm run faults` those whose name says so. */
const results: Array<{ name: string; books: Books }> = []

for (const scenario of scenarios.filter(({ name }) => name.includes(process.env.FAULT ?? ''))) {
  t.test(scenario.name, async (t) => {
    results.push({ name: scenario.name, books: await runScenario(t, scenario) })
  })
}

t.teardown(() => {
  const columns = ['accepted', 'refused', 'broken', 'completed', 'failed', 'lost', 'doubled'] as const
  const rows = results.map(({ name, books }) => [name, ...columns.map((column) => String(books[column])), books.secondsToRecover.toFixed(1), String(books.grownMb)])
  const table = [['fault, under load', ...columns, 'seconds to recover', 'grown, MB'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  for (const row of table) {
    process.stdout.write(`# ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')}\n`)
  }
})
