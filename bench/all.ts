/**
 * `npm run bench`: every benchmark, one after the other, each in a process of its own; then one table in Markdown, in
 * which each row is a ratio that was measured in one run. Takes about 20 minutes on two cores.
 *
 *     npm run bench -- --only ledger,events   some of them
 *     npm run bench -- --quick                small sizes, to see whether they work: the figures mean nothing
 *     npm run -s bench > table.md             the table alone; what the benchmarks say meanwhile is on stderr
 *
 * One that fails has a row that says so, and the others go on; then it ends with 1.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, cpus, release, totalmem, type as systemName } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { markdown, type Row } from './rows.ts'

/** By their names, what makes them small. */
const benchmarks: Record<string, string[]> = {
  upload: ['--uploads=4', '--megabytes=10', '--rounds=1'],
  engine: ['--rounds=1'],
  ledger: ['--jobs=300', '--rounds=1'],
  events: ['--clients=400', '--accounts=40', '--rounds=1', '--bursts=3', '--singles=10', '--quiet-seconds=2'],
  page: ['--visits=2'],
  'request-cost': ['--requests=300'],
  signins: ['--uploads=20', '--people=20', '--rounds=1'],
  load: ['--people=40', '--seconds=10', '--think=5', '--processes=2', '--baseline-seconds=5'],
  growth: ['--small=6000', '--large=20000']
}
/** A benchmark that hangs must not keep the others from their turn. */
const LIMIT_MS = 15 * 60_000

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false }
  }
})
const names = values.only?.split(',') ?? Object.keys(benchmarks)
const unknown = names.filter((name) => !(name in benchmarks))
if (unknown.length > 0) throw new RangeError(`There is no ${unknown.join(', ')}: choose of ${Object.keys(benchmarks).join(', ')}`)

const results = []
for (const name of names) {
  process.stderr.write(`\n${name}\n`)
  const begun = performance.now()
  const result = await run(name)
  process.stderr.write(`${name} took ${((performance.now() - begun) / 1_000).toFixed(0)} s\n`)
  results.push(result)
}
process.stdout.write(`\n${markdown(results)}\n\n${machine()}\n`)
if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1

async function run(name: string): Promise<{ name: string; rows: Row[]; failure: string | undefined }> {
  const file = join(import.meta.dirname, `${name.replace(/-./, ([, letter]) => letter!.toUpperCase())}.ts`)
  const child = fork(file, values.quick ? benchmarks[name] : [], { stdio: ['ignore', process.stderr, process.stderr, 'ipc'] })
  const rows: Row[] = []
  child.on('message', (message: { rows: Row[] }) => rows.push(...message.rows))
  const limit = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS)
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  clearTimeout(limit)
  if (code !== 0) return { name, rows, failure: `ended with ${signal ?? code}; what it said is above the table` }
  return { name, rows, failure: rows.length === 0 ? 'ended without a figure' : undefined }
}

function machine(): string {
  const [processor] = cpus()
  const parts = [
    `${availableParallelism()} cores (${processor?.model.trim() ?? 'unknown'})`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${systemName()} ${release()}`,
    `Node.js ${process.version}`,
    new Date().toISOString().slice(0, 10)
  ]
  return `Taken on ${parts.join(', ')}, everything on one machine${values.quick ? '; with small sizes: these figures mean nothing' : ''}.`
}
