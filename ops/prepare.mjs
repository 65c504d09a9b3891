import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/**
 * Makes a fresh clone ready, before `npm start`, `npm test` and the like: `node ops/prepare.mjs start|test|check`.
 * Does only what is missing, says so in one line each (to stderr: what follows may print results), and fetches from
 * nowhere but the npm registry and the system's package manager. Plain JavaScript without dependencies, because it
 * runs before there are any, on whatever Node.js the machine has.
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const purpose = process.argv[2] ?? 'check'
const { env } = process // oxlint-disable-line node/no-process-env -- this runs before there is a configuration

/** Programs that come from the system, and the packages with them: a choice of names, the first is the usual one. */
const redis = { commands: ['redis-server'], apt: 'redis-server', brew: ['redis'] }
const browser = { commands: ['chromium', 'chromium-browser', 'google-chrome'], apt: 'chromium', brew: ['--cask', 'chromium'] }
/** A server with its client of the same version: the test of backups needs `pg_dump`, which the npm package hasn't. */
const postgres = { commands: ['pg_ctlcluster', 'pg_ctl'], apt: 'postgresql', brew: ['postgresql'] }
/** The server and its promtool. Where Debian starts the server as well, that one is left alone. */
const prometheus = { commands: ['promtool'], apt: 'prometheus', brew: ['prometheus'] }
const programs = {
  start: env.REDIS_URL ? [] : [redis],
  // Ubuntu has Chromium as a snap only, which can't be installed everywhere: there the tests of the page need a browser
  // that is there already.
  test: isUbuntu() ? [redis, postgres, prometheus] : [redis, postgres, prometheus, browser],
  check: []
}[purpose]

const steps = [
  { isMissing: packagesAreMissing, run: installPackages },
  { isMissing: () => missingPrograms().length > 0, run: installPrograms },
  { isMissing: () => purpose === 'test' && tapHasOtherPlugins(), run: buildTap },
  { isMissing: () => purpose !== 'check' && pagesAreOld(), run: buildPages }
]

if (Number.parseInt(process.versions.node, 10) < 20) fail(`FakeTect needs Node.js 20 or newer; this is ${process.version}.`)
if (programs === undefined) fail(`Prepare for what? start, test or check; not "${purpose}".`)
if (steps.some((step) => step.isMissing())) {
  const unlock = await lock()
  try {
    for (const step of steps) if (step.isMissing()) step.run()
  } finally {
    unlock()
  }
}

// npm

/** Compares what the lock file asks for with npm's own record of what it has installed, written last. */
function packagesAreMissing() {
  const installed = readPackages('node_modules/.package-lock.json')
  const wanted = Object.entries(readPackages('package-lock.json')).filter(([path]) => path !== '')
  return (
    !existsSync(join(root, 'node_modules/.bin/node')) ||
    wanted.some(([path, { version, optional }]) => (installed[path] ? installed[path].version !== version : !optional))
  )
}

function readPackages(file) {
  return existsSync(join(root, file)) ? JSON.parse(readFileSync(join(root, file), 'utf8')).packages : {}
}

function installPackages() {
  say('Installing the npm packages, with Node.js 24 among them (npm ci); this takes a minute or two')
  // Neither NODE_ENV=production nor a habit of ignoring scripts may leave out what is needed; package.json names
  // which packages' scripts may run.
  const args = ['ci', '--include=dev', '--ignore-scripts=false', '--no-audit', '--no-fund']
  const npm = env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, env.npm_execpath] : ['npm']
  if (!execute([...npm, ...args])) fail('`npm ci` failed; see above.')
  if (!existsSync(join(root, 'node_modules/.bin/node'))) fail('The npm package "node" has brought no Node.js 24 for this system.')
}

// The system's programs

function missingPrograms() {
  return programs.filter((program) => !program.commands.some(find))
}

function installPrograms() {
  const missing = missingPrograms()
  const manager = find('apt-get') ? apt(missing) : find('brew') ? brew(missing) : undefined
  const names = missing.map((program) => program.apt).join(' and ')
  if (manager === undefined) fail(`Install ${names} with this system's package manager, then run this again.`)
  if (!manager.allowed) fail(`${names} must be installed, and this user may not do it. Run this, then try again:\n\n    ${manager.byHand}\n`)

  for (const program of missing) {
    say(`Installing ${program.apt} (${manager.name})`)
    if (manager.install(program) && program.commands.some(find)) continue
    fail(`${program.apt} could not be installed; see above. Run this, then try again:\n\n    ${manager.byHand}\n`)
  }
}

function isUbuntu() {
  return existsSync('/etc/os-release') && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'))
}

function apt(missing) {
  const isRoot = process.getuid() === 0
  const sudo = isRoot ? [] : ['sudo']
  // Without a terminal sudo can't ask for a password.
  const allowed = isRoot || (find('sudo') && (process.stdin.isTTY || spawnSync('sudo', ['-n', 'true']).status === 0))
  const install = (name) =>
    execute([...sudo, '/usr/bin/env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', name])
  /** Debian's package would make a database and start it, on a port and at every boot. */
  const leaveOutDatabase = () =>
    install('postgresql-common') && execute([...sudo, 'sed', '-i', 's/^#create_main_cluster = true/create_main_cluster = false/', '/etc/postgresql-common/createcluster.conf'])
  let updated = false
  return {
    name: 'apt-get',
    allowed,
    byHand: `${isRoot ? '' : 'sudo '}apt-get update && ${isRoot ? '' : 'sudo '}apt-get install -y ${missing.map((program) => program.apt).join(' ')}`,
    install(program) {
      updated ||= execute([...sudo, 'apt-get', 'update', '-q'])
      return (program !== postgres || leaveOutDatabase()) && install(program.apt)
    }
  }
}

function brew(missing) {
  return {
    name: 'brew',
    allowed: process.getuid() !== 0, // Homebrew refuses root
    byHand: missing.map((program) => `brew install ${program.brew.join(' ')}`).join(' && '),
    install: (program) => execute(['brew', 'install', ...program.brew])
  }
}

function find(command) {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

// tap

/** tap is compiled with its plugins. As it comes it has the one for TypeScript, which Node.js 24 needs no more. */
function tapHasOtherPlugins() {
  const built = join(root, 'node_modules/@tapjs/test/test-built/dist/esm/index.js')
  return !existsSync(built) || readFileSync(built, 'utf8').includes('@tapjs/typescript')
}

function buildTap() {
  say('Building tap with the plugins named in .taprc (tap build)')
  if (!execute(['tap', 'build'])) fail('`tap build` failed; see above.')
}

// The pages

/** Folders count too: what was deleted leaves its trace there. Without sources, as in a container, what is there stays. */
function pagesAreOld() {
  const page = join(root, 'dist/web/index.html')
  const sources = join(root, 'src/web')
  if (!existsSync(sources)) return false
  if (!existsSync(page)) return true
  const files = ['', ...readdirSync(sources, { recursive: true })].map((name) => join(sources, name))
  const newest = Math.max(...[...files, join(root, 'package-lock.json')].map((file) => statSync(file).mtimeMs))
  return newest > statSync(page).mtimeMs
}

function buildPages() {
  say('Building the pages (npm run web)')
  const begun = new Date()
  if (!execute(['vite', 'build', 'src/web', '--logLevel', 'warn'])) fail('`vite build` failed; see above.')
  // What is changed while it is built counts as changed after it.
  utimesSync(join(root, 'dist/web/index.html'), begun, begun)
}

// What the steps share

/** Runs a command, quietly if it succeeds. @returns whether it did */
function execute([command, ...args]) {
  const PATH = `${join(root, 'node_modules/.bin')}${delimiter}${env.PATH}`
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    // Where npm runs all scripts: this one would fetch a GPU's libraries, which nothing here uses.
    env: { ...env, PATH, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    stdio: ['inherit', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1e9
  })
  if (status !== 0) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}`)
  return status === 0
}

/** One at a time in a clone: two `npm ci` at once destroy each other's work. @returns how to give it back */
async function lock() {
  const file = join(tmpdir(), `faketect-prepare-${createHash('sha256').update(root).digest('hex').slice(0, 20)}`)
  let told = false
  for (;;) {
    try {
      const handle = openSync(file, 'wx')
      writeSync(handle, String(process.pid))
      closeSync(handle)
      const unlock = () => rmSync(file, { force: true })
      process.once('exit', unlock)
      return unlock
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!told) say('Waiting for another start or test, which prepares this folder')
    told = true
    await sleep(500)
    if (!holderLives(file)) rmSync(file, { force: true })
  }
}

/** A quarter of an hour is enough: by then the number in the file may be somebody else's. */
function holderLives(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > 900_000) return false
    process.kill(Number.parseInt(readFileSync(file, 'utf8'), 10), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

function fail(message) {
  say(message)
  process.exit(1)
}
