import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { dataFolder } from './platform/embedded/dataFolder.ts'
import { run, type Program } from './platform/embedded/program.ts'

/** What `npm start` runs, with the real service. */
function start(t: Test, env: NodeJS.ProcessEnv): Program {
  const program = run([process.execPath, join(import.meta.dirname, '../src/server.ts')], { PORT: '0', ...env })
  t.teardown(async () => {
    program.kill('SIGTERM')
    await program.exit
  })
  return program
}

t.test('the printed curl line uploads a file, and the key is the same at the next start', async (t) => {
  const dataDir = dataFolder(t)
  const folder = t.testdir()
  writeFileSync(join(folder, 'photo.jpg'), await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } }).jpeg().toBuffer())

  const keys: string[] = []
  for (const round of [1, 2]) {
    const program = start(t, { DATA_DIR: dataDir })
    const [, curl = '', key = ''] = await program.prints(/Try it +(curl .*Bearer (ft_live_\w+).*)\n/)
    const { stdout } = await promisify(execFile)('sh', ['-c', `${curl} -s -w '%{http_code}'`], { cwd: folder })
    t.match(stdout, round === 1 ? /202$/ : /20[02]$/, curl)
    keys.push(key)
    program.kill('SIGINT')
    t.equal(await program.exit, 0)
  }
  t.equal(keys[0], keys[1])
  t.equal(readFileSync(join(dataDir, 'api-key'), 'utf8').trim(), keys[0])
  t.equal(statSync(join(dataDir, 'api-key')).mode & 0o077, 0)
})

t.test('an environment that is not valid is refused at once, by name', async (t) => {
  const dataDir = dataFolder(t)
  const program = start(t, { DATA_DIR: dataDir, PORT: 'many', DATABASE_URL: 'mysql://user:secret@host/db' })
  t.equal(await program.exit, 78)
  t.match(program.output(), /PORT .*DATABASE_URL|DATABASE_URL .*PORT/s)
  t.notMatch(program.output(), 'secret')
  t.notOk(existsSync(dataDir))
})

t.test('a trust list that is not there is told once, and ends what was brought up', async (t) => {
  const program = start(t, { DATA_DIR: dataFolder(t), TRUST_LIST: 'nowhere.pem' })
  t.equal(await program.exit, 78)
  t.match(program.output(), /TRUST_LIST can not be used: .*nowhere\.pem/)
  t.notMatch(program.output(), 'starting it again')
})

t.test('a port that is taken is told once, and ends what was brought up', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as AddressInfo
  const program = start(t, { DATA_DIR: dataFolder(t), PORT: String(port) })
  t.equal(await program.exit, 78)
  t.match(program.output(), `127.0.0.1:${port} (EADDRINUSE)`)
  t.notMatch(program.output(), 'starting it again')
})
