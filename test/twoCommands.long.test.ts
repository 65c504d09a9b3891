import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { run } from './platform/embedded/program.ts'

const root = join(import.meta.dirname, '..')
const INSTALL_MS = 300_000

/** What a clone of this working tree would hold, in a folder that goes after the test. */
function emptyClone(t: Test, parentMode: number): string {
  const parent = mkdtempSync(join(tmpdir(), 'faketect-test-'))
  chmodSync(parent, parentMode)
  const clone = join(parent, 'clone')
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    cpSync(join(root, file), join(clone, file))
  }
  t.teardown(() => rmSync(parent, { recursive: true }))
  return clone
}

/** The environment of somebody who has just cloned: the system's Node.js, and nothing in npm's cache. */
function freshEnvironment(clone: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|TAP|NODE_OPTIONS|TEST_DATABASE_URL)/i.test(name))
  const PATH = process.env.PATH?.split(delimiter).filter((folder) => !folder.includes('node_modules') && !folder.includes('node-gyp-bin')).join(delimiter)
  const unset = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]))
  return { ...unset, ...Object.fromEntries(inherited), PATH, npm_config_cache: join(dirname(clone), 'npm-cache') }
}

t.test('an empty clone, even one closed to other users, starts with one command and takes a file', async (t) => {
  const clone = emptyClone(t, 0o700)
  const program = run(['npm', 'start'], { ...freshEnvironment(clone), PORT: '0' }, clone)
  t.teardown(async () => {
    program.kill('SIGTERM')
    await program.exit
    const postgres = join(clone, '.data', 'postgres')
    if (process.getuid?.() === 0) rmSync(readlinkSync(postgres), { recursive: true })
  })
  const [, curl = ''] = await program.prints(/Try it +(curl .*)\n/, INSTALL_MS)
  t.match(program.output(), /Installing the npm packages, with Node\.js 24 among them/)

  writeFileSync(join(clone, 'photo.jpg'), await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } }).jpeg().toBuffer())
  t.match(execFileSync('sh', ['-c', `${curl} -s -w '%{http_code}'`], { cwd: clone, encoding: 'utf8' }), /202$/)
})

t.test('an empty clone runs its tests with one command, and the second time installs nothing', async (t) => {
  const clone = emptyClone(t, 0o711)
  const command = ['npm', 'test', '--', 'test/platform/embedded/restarts.test.ts']
  const first = run(command, freshEnvironment(clone), clone)
  await first.prints(/\n\d+ passed, \d+ failed\n/, INSTALL_MS)
  t.equal(await first.exit, 0)
  t.match(first.output(), /Installing the npm packages.*Building tap/s)
  t.match(first.output(), /\n\d+ passed, 0 failed\n$/)

  const second = run(command, freshEnvironment(clone), clone)
  t.equal(await second.exit, 0)
  t.notMatch(second.output(), /Installing|Building/)
  t.notOk(existsSync(join(clone, '.test')))
})
