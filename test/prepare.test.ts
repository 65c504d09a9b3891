import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { run, type Program } from './platform/embedded/program.ts'

const nobody = 65_534
const onlyRoot = process.getuid?.() === 0 ? {} : { skip: 'needs root' }
const packages = { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/for-another-system': { version: '1.0.0', optional: true } }
const { '': self, 'node_modules/a': a } = packages

/**
 * A clone that consists of the script and what it looks at, on a machine that consists of the programs given: shell
 * scripts that leave a line in `calls`. By default nothing is missing.
 */
function clone(t: Test, programs: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'faketect-test-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    chmodSync(join(root, path), mode)
  }
  write('package-lock.json', JSON.stringify({ packages }))
  write('node_modules/.package-lock.json', JSON.stringify({ packages: { '': self, 'node_modules/a': a } }))
  write('node_modules/.bin/node', '')
  write('calls', '', 0o666)
  mkdirSync(join(root, 'ops'))
  mkdirSync(join(root, 'path'))
  copyFileSync(join(import.meta.dirname, '../ops/prepare.mjs'), join(root, 'ops/prepare.mjs'))
  for (const [name, script] of Object.entries(programs)) {
    write(`path/${name}`, `#!/bin/sh\necho ${name} "$@" >> '${root}/calls'\n${script.replaceAll('ROOT', root)}\n`, 0o755)
  }
  chmodSync(root, 0o755)
  return {
    root,
    write,
    calls: () => readFileSync(join(root, 'calls'), 'utf8').trim().split('\n').filter(Boolean),
    prepare: (purpose: string, env: NodeJS.ProcessEnv = {}, as: string[] = []): Program =>
      run([...as, process.execPath, join(root, 'ops/prepare.mjs'), purpose], { PATH: join(root, 'path'), npm_execpath: '', REDIS_URL: '', ...env })
  }
}

const installsPackages = `/bin/cp ROOT/package-lock.json ROOT/node_modules/.package-lock.json`
const installsRedis = `echo > ROOT/path/redis-server && /bin/chmod 755 ROOT/path/redis-server`

t.test('when nothing is missing it does and says nothing', async (t) => {
  const { prepare, calls } = clone(t, { npm: '', 'apt-get': '', 'redis-server': '' })
  const program = prepare('start')
  t.equal(await program.exit, 0)
  t.equal(program.output(), '')
  t.same(calls(), [])
})

t.test('it installs the packages once, development ones too', async (t) => {
  const { prepare, calls, root } = clone(t, { npm: installsPackages, 'redis-server': '' })
  rmSync(join(root, 'node_modules/.package-lock.json'))
  const first = prepare('start', { NODE_ENV: 'production' })
  t.equal(await first.exit, 0)
  t.match(first.output(), /^Installing the npm packages[^\n]*\n$/)
  const second = prepare('start')
  t.equal(await second.exit, 0)
  t.equal(second.output(), '')
  t.same(calls(), ['npm ci --include=dev --ignore-scripts=false --no-audit --no-fund'])
})

t.test('a lock file that has changed is followed', async (t) => {
  const { prepare, calls, write } = clone(t, { npm: installsPackages, 'redis-server': '' })
  write('package-lock.json', JSON.stringify({ packages: { ...packages, 'node_modules/a': { version: '1.0.1' } } }))
  t.equal(await prepare('check').exit, 0)
  t.equal(calls().length, 1)
})

t.test('the pages are built when there are none, and when one of their sources is newer', async (t) => {
  const { prepare, calls, write, root } = clone(t, {
    vite: `/bin/mkdir -p ROOT/dist/web && echo > ROOT/dist/web/index.html`,
    'redis-server': ''
  })
  write('src/web/pages/Start.tsx', '')
  const before = new Date(Date.now() - 60_000)
  for (const old of ['package-lock.json', 'src/web/pages/Start.tsx', 'src/web/pages', 'src/web']) utimesSync(join(root, old), before, before)
  const first = prepare('start')
  t.equal(await first.exit, 0)
  t.equal(first.output(), 'Building the pages (npm run web)\n')
  t.equal(await prepare('start').exit, 0)
  t.equal(await prepare('check').exit, 0)
  t.equal(calls().length, 1, 'what is new is left alone')

  const later = new Date(Date.now() + 60_000)
  utimesSync(join(root, 'src/web/pages/Start.tsx'), later, later)
  t.equal(await prepare('check').exit, 0)
  t.equal(calls().length, 1, 'a check needs no pages')
  t.equal(await prepare('start').exit, 0)
  t.same(calls(), ['vite build src/web --logLevel warn', 'vite build src/web --logLevel warn'])
})

t.test('pages that can not be built are heard', async (t) => {
  const { prepare, write } = clone(t, { vite: 'echo no such module >&2; exit 1', 'redis-server': '' })
  write('src/web/main.tsx', '')
  const program = prepare('start')
  t.equal(await program.exit, 1)
  t.match(program.output(), /no such module\n.*`vite build` failed/s)
})

t.test('npm that fails is heard', async (t) => {
  const { prepare, root } = clone(t, { npm: 'echo no network >&2; exit 1', 'redis-server': '' })
  rmSync(join(root, 'node_modules'), { recursive: true })
  const program = prepare('start')
  t.equal(await program.exit, 1)
  t.match(program.output(), /no network\n.*`npm ci` failed/s)
})

t.test('of two at once one works and the other waits', async (t) => {
  const { prepare, calls, root } = clone(t, {
    npm: `while [ ! -e ROOT/go ]; do /bin/sleep 0.05; done; ${installsPackages}`,
    'redis-server': ''
  })
  rmSync(join(root, 'node_modules/.package-lock.json'))
  const both = [prepare('start'), prepare('start')]
  await Promise.any(both.map((program) => program.prints(/Waiting for another start or test/)))
  writeFileSync(join(root, 'go'), '')
  t.same(await Promise.all(both.map((program) => program.exit)), [0, 0])
  t.same(calls(), ['npm ci --include=dev --ignore-scripts=false --no-audit --no-fund'])
})

t.test('root installs redis-server with apt-get, from a fresh list, and once', onlyRoot, async (t) => {
  const { prepare, calls } = clone(t, { 'apt-get': installsRedis })
  const program = prepare('start')
  t.equal(await program.exit, 0)
  t.equal(program.output(), 'Installing redis-server (apt-get)\n')
  t.equal(await prepare('start').exit, 0)
  t.same(calls(), ['apt-get update -q', 'apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends redis-server'])
})

t.test('for tests it installs PostgreSQL, without the database that Debian would start', onlyRoot, async (t) => {
  const installsPostgres = `case "$*" in *' postgresql') echo > ROOT/path/pg_ctlcluster && /bin/chmod 755 ROOT/path/pg_ctlcluster;; esac`
  const { prepare, calls } = clone(t, { 'apt-get': installsPostgres, sed: '', tap: '', 'redis-server': '', promtool: '', chromium: '' })
  const program = prepare('test')
  t.equal(await program.exit, 0, program.output())
  t.match(program.output(), /^Installing postgresql \(apt-get\)\n/)
  t.match(calls(), [/update/, /install .* postgresql-common$/, /^sed -i .*create_main_cluster = false.* \S+createcluster.conf$/, /install .* postgresql$/])
})

t.test('the tests need Prometheus as well', onlyRoot, async (t) => {
  const installsAll = 'for name in redis-server pg_ctlcluster promtool chromium; do echo > ROOT/path/$name; /bin/chmod 755 ROOT/path/$name; done'
  const { prepare, calls, write } = clone(t, { 'apt-get': installsAll, sed: '' })
  write('node_modules/@tapjs/test/test-built/dist/esm/index.js', '')
  const program = prepare('test')
  t.equal(await program.exit, 0)
  t.match(program.output(), /^Installing prometheus \(apt-get\)$/m)
  t.match(calls().join('\n'), /install -y --no-install-recommends prometheus/)
  t.equal(await prepare('test').exit, 0)
  t.equal(calls().filter((call) => call.includes(' prometheus')).length, 1, 'once')
})

t.test('who may use sudo installs it with sudo', onlyRoot, async (t) => {
  const { prepare, calls, root } = clone(t, { 'apt-get': installsRedis, sudo: '[ "$1" = -n ] || "$@"' })
  chmodSync(join(root, 'path'), 0o777)
  const program = prepare('start', {}, ['/usr/bin/setpriv', `--reuid=${nobody}`, '--clear-groups'])
  t.equal(await program.exit, 0)
  t.match(calls(), ['sudo -n true', 'sudo apt-get update -q', 'apt-get update -q', /^sudo \/usr\/bin\/env DEBIAN_FRONTEND=noninteractive apt-get/])
})

t.test('who may not install is told the exact command', onlyRoot, async (t) => {
  const { prepare, calls } = clone(t, { 'apt-get': '', sudo: 'exit 1' })
  const program = prepare('start', {}, ['/usr/bin/setpriv', `--reuid=${nobody}`, '--clear-groups'])
  t.equal(await program.exit, 1)
  t.match(program.output(), '    sudo apt-get update && sudo apt-get install -y redis-server\n')
  t.same(calls(), ['sudo -n true'])
})

t.test('without a package manager that it knows it says what is missing', async (t) => {
  const program = clone(t).prepare('start')
  t.equal(await program.exit, 1)
  t.match(program.output(), "Install redis-server with this system's package manager")
})

t.test('a Redis elsewhere needs none here, and neither does a check', async (t) => {
  const { prepare, root } = clone(t)
  t.equal(await prepare('start', { REDIS_URL: 'redis://elsewhere' }).exit, 0)
  t.equal(await prepare('check').exit, 0)
  t.notOk(existsSync(join(root, 'path/redis-server')))
})
