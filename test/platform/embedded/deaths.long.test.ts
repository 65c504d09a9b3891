import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import t from 'tap'
import { commandLine, waitUntil } from '../../../src/platform/embedded/processes.ts'
import { dataFolder } from './dataFolder.ts'
import { ask, elsewhere, life, supervisor } from './supervisor.ts'

const onLinux = process.platform === 'linux' ? {} : { skip: 'reads /proc' }

t.test('a killed service is started again', async (t) => {
  const program = supervisor(t, dataFolder(t), elsewhere)
  const { pid } = await ask(program)
  process.kill(pid, 'SIGKILL')
  const again = await ask(program, /listens again at (\S+)/)
  t.not(again.pid, pid)
  t.match(program.output(), /has ended \(signal SIGKILL\); starting it again in 0\.1 s/)
})

t.test('killed servers are started again at the same addresses', async (t) => {
  const dataDir = dataFolder(t)
  const program = supervisor(t, dataDir)
  const { DATABASE_URL, REDIS_URL } = await ask(program)
  const redis = new Redis(REDIS_URL)
  redis.on('error', () => undefined)
  t.teardown(() => redis.disconnect())
  await redis.set('kept', 'yes')
  await redis.config('SET', 'appendfsync', 'always')
  await redis.set('kept', 'still')
  const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1])
  process.kill(pid, 'SIGKILL')
  await program.prints(/Redis has ended \(signal SIGKILL\)/)
  t.equal(await redis.get('kept'), 'still')

  const client = new Client({ connectionString: DATABASE_URL })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<{ pid: string }>("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid")
  process.kill(Number(rows[0]?.pid), 'SIGKILL')
  await program.prints(/PostgreSQL has ended \(signal SIGKILL\)/)
  let found: string[] = []
  const deadline = Date.now() + 20_000
  while (found.length === 0 && Date.now() < deadline) found = await life(DATABASE_URL).catch(() => [])
  t.same(found, ['started'])
})

t.test('after kill -9 of the supervisor a new start waits for the old service, and finds the data again', async (t) => {
  const dataDir = dataFolder(t)
  const lastWork = join(t.testdir(), 'done')
  const first = supervisor(t, dataDir, { STAND_IN_DRAINS_UNTIL: lastWork })
  const old = await ask(first)
  first.kill('SIGKILL')
  const second = supervisor(t, dataDir)
  await second.prints(new RegExp(`The service of an earlier start \\(process ${old.pid}\\) is still finishing`))
  writeFileSync(lastWork, '')
  const { DATABASE_URL } = await ask(second)
  t.same(await life(DATABASE_URL), ['started', 'drained', 'started'])
})

t.test('after kill -9 of everything a new start finds the data again', onLinux, async (t) => {
  const dataDir = dataFolder(t)
  const first = supervisor(t, dataDir)
  const { pid, DATABASE_URL } = await ask(first)
  const everything = readdirSync('/proc').map(Number).filter((id) => id > 0 && (id === pid || commandLine(id).includes(`${dataDir}/`)))
  for (const id of [first.pid, ...everything]) process.kill(id, 'SIGKILL')
  await waitUntil(() => [first.pid, ...everything].every((id) => commandLine(id) === ''), 10_000)
  t.ok(everything.length >= 3, `killed ${everything.length} processes`)
  const second = supervisor(t, dataDir)
  t.equal((await ask(second)).DATABASE_URL, DATABASE_URL)
  t.same(await life(DATABASE_URL), ['started', 'started'])
})

t.test('a service that never listens is given up after some tries', async (t) => {
  const program = supervisor(t, dataFolder(t), { ...elsewhere, STAND_IN: 'dies' })
  t.equal(await program.exit, 1)
  t.match(program.output(), /could not start: tried 3 times, the last time: exit code 1/)
})

t.test('a service that says it is misconfigured is given up at once', async (t) => {
  const program = supervisor(t, dataFolder(t), { ...elsewhere, STAND_IN: 'misconfigured' })
  t.equal(await program.exit, 78)
  t.match(program.output(), /Port 1 is taken/)
  t.notMatch(program.output(), /again/)
})
