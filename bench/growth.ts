/**
 * `npm run bench:growth`: how long the service's own functions take with 10 thousand and with 1 million analyses in
 * PostgreSQL, side by side in one run, and how PostgreSQL goes about their queries.
 *
 * Ends with 1 when a query of the larger table (of 100,000 at least) is planned with a sequential scan over them, or has an
 * OFFSET. Retention is measured by the query that it would make.
 */
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { percentile, print } from './children.ts'
import { deeds, type Deed } from './growth/deeds.ts'
import { fill, LARGE_AT_LEAST, type Filled } from './growth/fill.ts'
import { hasPlan, planOf, type QueryPlan } from './growth/plan.ts'
import { handIn } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({
  options: {
    small: { type: 'string', default: '10000' },
    large: { type: 'string', default: '1000000' },
    /** Every query with its plan, not only those at fault. */
    plans: { type: 'boolean', default: false },
    /** SQL that both databases are given once they are filled, such as an index that is thought of. */
    try: { type: 'string', multiple: true, default: [] }
  }
})
/** A smaller table is rightly read as a whole now and then. */
const PLANNED_FROM = 100_000
/** What the table of all benchmarks shows, beside the worst. */
const ROWS = new Set(['create, claim and complete', 'first page'])
const sizes = [Number(values.small), Number(values.large)]
if (Math.min(...sizes) < LARGE_AT_LEAST) throw new RangeError(`At least ${LARGE_AT_LEAST} analyses`)

await withServers(measure)

async function measure({ databaseUrl, redisUrl }: Servers): Promise<void> {
  const connections: Redis[] = []
  const filled: Filled[] = []
  const sides = []
  for (const size of sizes) {
    const start = performance.now()
    const side = await fill(databaseUrl, size)
    filled.push(side)
    for (const statement of values.try) await side.pool.query(statement)
    // A Redis database of its own each: their jobs must not be mixed up.
    const redis = new Redis(redisUrl, { db: connections.length })
    connections.push(redis)
    sides.push({ side, deeds: await deeds(side, redis), plans: new Map<string, QueryPlan>() })
    print(`${size} analyses made in ${((performance.now() - start) / 1_000).toFixed(0)} s`)
  }
  const [small, large] = sides as [(typeof sides)[0], (typeof sides)[0]]
  const compared: Array<{ name: string; small: number; large: number }> = []
  const rows = [['p50 / p95, ms', `${sizes[0]}`, `${sizes[1]}`, 'ratio of p50', `ways to the tables, with ${sizes[1]}`]]
  for (const [index, deed] of large.deeds.entries()) {
    const plans = await plansOf(large.side, deed)
    for (const plan of plans) large.plans.set(plan.query, plan)
    const times = await timesOf([small.deeds[index]!, deed])
    const [a, b] = times.map((ms) => percentile(ms, 0.5)) as [number, number]
    compared.push({ name: deed.name, small: a, large: b })
    const shown = times.map((ms, i) => `${[a, b][i]!.toFixed(2)} / ${percentile(ms, 0.95).toFixed(2)}`)
    const scans = new Set(plans.flatMap((plan) => plan.scans).filter((scan) => /analyses|tombstones|outbox/.test(scan)))
    rows.push([deed.name, ...shown, (b / a).toFixed(2), [...scans].join(', ')])
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows) print(row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd())
  const all = [...large.plans.values()]
  const faults = all.filter(({ fault }) => fault !== undefined)
  print(`${all.length} queries, ${faults.length} of them with a sequential scan or an OFFSET`)
  for (const { query, scans, fault } of values.plans ? all : faults) print(`${fault ?? 'good'}: ${scans.join(', ')}\n  ${query}`)
  if (faults.length > 0 && sizes[1]! >= PLANNED_FROM) process.exitCode = 1
  const worst = compared.toSorted((a, b) => b.large / b.small - a.large / a.small)[0]
  const told = compared.filter((deed) => deed === worst || ROWS.has(deed.name))
  handIn(
    told.map((deed) => ({
      what: `${sizes[1]!.toLocaleString('en')} analyses: ${deed.name}, p50`,
      unit: 'ms',
      ours: deed.large,
      bare: `the same with ${sizes[0]!.toLocaleString('en')}`,
      theirs: deed.small,
      better: 'less',
      meaning: deed === worst ? `What grew most of the ${compared.length} things that were measured` : 'Stays as fast however large the table grows'
    }))
  )
  for (const connection of connections) connection.disconnect()
  for (const { pool } of filled) await pool.end()
}

/** Runs a deed once, and has each query that it made explained. */
async function plansOf(side: Filled, deed: Deed): Promise<QueryPlan[]> {
  const queries = new Map<string, unknown[]>()
  side.watch = (query, params) => hasPlan(query) && !queries.has(query) && queries.set(query, params)
  await deed.run()
  side.watch = undefined
  const plans: QueryPlan[] = []
  for (const [query, params] of queries) plans.push(await planOf(side.pool, query, params))
  return plans
}

/** The two take turns: a shared machine is not equally fast all the time. */
async function timesOf(sides: [Deed, Deed]): Promise<number[][]> {
  const times: number[][] = [[], []]
  for (let run = -3; run < sides[0].runs; run++) {
    for (const [index, deed] of sides.entries()) {
      const start = performance.now()
      await deed.run()
      // The first ones only warm up.
      if (run >= 0) times[index]!.push(performance.now() - start)
    }
  }
  return times
}
