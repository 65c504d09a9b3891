import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

/** `npm run bench -- --quick --only …`, with what it prints. */
function bench(only: string, env: NodeJS.ProcessEnv = {}) {
  const program = join(import.meta.dirname, '../../bench/all.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--quick', '--only', only], { encoding: 'utf8', env: { ...process.env, ...env } })
  return { status, stdout, stderr }
}

t.test('a benchmark is run, and its ratios stand in the table', async (t) => {
  const { status, stdout, stderr } = bench('ledger')
  t.equal(status, 0, stderr)
  t.match(stdout, /^\| Ledger, 27 jobs at once \| [\d,.]+ jobs\/s \| [\d,.]+ jobs\/s \(BullMQ, empty jobs\) \| [\d.]+, more is better \|/m)
  t.match(stdout, /Taken on \d+ cores.*Node\.js v\d+.*small sizes/)
})

t.test('one that fails has a line that says so, and the next has its turn', async (t) => {
  const { status, stdout, stderr } = bench('ledger,request-cost', { PATH: import.meta.dirname })
  t.equal(status, 1)
  t.match(stdout, /^\| \*\*ledger failed\*\* .*\n\| \*\*request-cost failed\*\*/m)
  t.match(stderr, /EmbeddedServerError/, 'what went wrong is told meanwhile')
})

t.test('a name that is none is refused before anything runs', async (t) => {
  const { status, stdout, stderr } = bench('ledger,nothing')
  t.equal(status, 1)
  t.equal(stdout, '')
  t.match(stderr, /There is no nothing: choose of upload, engine, ledger/)
})
