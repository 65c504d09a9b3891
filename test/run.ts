import { spawn } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../src/platform/embedded/postgres.ts'
import { failuresOf } from './failures.ts'
import { claim, removeIfEmpty, removeLeftovers } from './tidy.ts'

/**
 * What `npm test` runs: tap over the tests, beside one throw-away PostgreSQL in which each test file makes its own
 * database (`TEST_DATABASE_URL` is the way in).
 *
 *     npm test                                  everything but the long tests
 *     npm run test:full                         the long tests (test/**\/*.long.test.ts)
 *     npm test -- test/x.test.ts --grep=verdict named files; further options go to tap
 *
 * At its end stands once more what failed, and in the last line `N passed, N failed`, counted by tap: assertions, and
 * test files that died without one.
 */
const root = resolve(import.meta.dirname, '..')
const { values, positionals, tokens } = parseArgs({
  options: { full: { type: 'boolean', default: false } },
  strict: false,
  allowPositionals: true,
  tokens: true
})
const forTap = tokens.flatMap((token) =>
  token.kind === 'option' && token.name !== 'full' ? [token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`] : []
)
const files = positionals.length > 0 ? positionals : values.full ? ['test/**/*.long.test.ts'] : []
const long = values.full || positionals.some((file) => file.endsWith('.long.test.ts'))
const longOptions = ['--exclude=node_modules/**', '--timeout=1800', '--jobs=1']

mkdirSync(resolve(root, '.test'), { recursive: true })
await removeLeftovers(resolve(root, '.test'))
const folder = mkdtempSync(resolve(root, '.test', 'run-'))
chmodSync(folder, 0o711) // PostgreSQL's user must get in when root runs this
claim(folder)
const report = resolve(folder, 'results.tap')

// Ctrl-C reaches tap as well, by the terminal; here it only must not end us before PostgreSQL is stopped.
let interrupted = false
let tap: ReturnType<typeof spawn> | undefined
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupted = true
    tap?.kill('SIGTERM')
    setTimeout(() => tap?.kill('SIGKILL'), 10_000).unref()
  })
}

let status = 1
let passed = 0
let failed = 0
let failures: string[] = []
const postgres = await startEmbeddedPostgres({ dataDir: folder, disposable: true })
try {
  if (!interrupted) status = await runTap(postgres.url)
  const results = existsSync(report) ? readFileSync(report, 'utf8') : ''
  ;({ passed, failed } = countResults(results))
  failures = failuresOf(results)
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
  removeIfEmpty(resolve(root, '.test'))
}
if (passed + failed === 0) process.stdout.write('No test was run.\n')
if (failures.length > 0) process.stdout.write(['What failed:', ...failures].join('\n\n') + '\n\n')
if (status !== 0 || passed === 0) failed = Math.max(failed, 1)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : status || 1)

function runTap(databaseUrl: string): Promise<number> {
  const { promise, resolve: done, reject } = Promise.withResolvers<number>()
  // On a terminal tap draws, so its TAP goes to a file beside; elsewhere the TAP is the output, and would come twice.
  const draws = process.stdout.isTTY
  const options = [...(draws ? [`--output-file=${report}`] : []), ...(long ? longOptions : []), ...forTap]
  tap = spawn('tap', ['run', ...options, ...files], {
    cwd: root,
    stdio: ['inherit', draws ? 'inherit' : 'pipe', 'inherit'],
    // Some two hundred processes are started, all of the same code.
    env: { ...process.env, NODE_COMPILE_CACHE: resolve(folder, 'compiled'), TEST_DATABASE_URL: databaseUrl, PATH: `${root}/node_modules/.bin:${process.env.PATH}` }
  })
  tap.stdout?.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk)
    appendFileSync(report, chunk)
  })
  tap.once('error', reject)
  tap.once('close', (code) => done(code ?? 1))
  return promise
}

/** tap ends its report with a line such as `# { total: 6, pass: 3, fail: 1, todo: 1, skip: 1 }`. */
function countResults(results: string): { passed: number; failed: number } {
  const summary = results.match(/^# \{ total: .*\}$/m)?.[0]
  const count = (name: string) => Number(summary?.match(new RegExp(`\\b${name}: (\\d+)`))?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}
