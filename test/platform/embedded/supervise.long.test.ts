import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import t from 'tap'
import { startEmbeddedPostgres } from '../../../src/platform/embedded/postgres.ts'
import { commandLine } from '../../../src/platform/embedded/processes.ts'
import { dataFolder } from './dataFolder.ts'
import type { Program } from './program.ts'
import { ask, elsewhere, life, supervisor } from './supervisor.ts'

async function lifeAfterwards(dataDir: string): Promise<string[]> {
  const postgres = await startEmbeddedPostgres({ dataDir })
  try {
    return await life(postgres.url)
  } finally {
    await postgres.stop()
  }
}

t.test('with nothing configured all three parts are brought up, and a key and a curl line are printed', async (t) => {
  const dataDir = dataFolder(t)
  const program = supervisor(t, dataDir)
  const answer = await ask(program)
  t.match(answer, { DATA_DIR: dataDir, STORAGE_URL: `file://${dataDir}/storage`, UV_THREADPOOL_SIZE: /^\d+$/ })
  t.ok(existsSync(join(dataDir, 'storage')))
  t.same(await life(answer.DATABASE_URL), ['started'])
  const redis = new Redis(answer.REDIS_URL)
  t.equal(await redis.ping(), 'PONG')
  redis.disconnect()
  t.match(program.output(), /curl -F file=@photo\.jpg -H 'Authorization: Bearer ft_live_stand_in' http:\S+\/v1\/analyses\n/)

  program.kill('SIGINT')
  t.equal(await program.exit, 0)
})

t.test('the service drains before the servers stop, and a second start finds the data again', async (t) => {
  const dataDir = dataFolder(t)
  const first = supervisor(t, dataDir)
  await ask(first)
  first.kill('SIGTERM')
  first.kill('SIGINT') // the same Ctrl-C, passed on by npm
  t.equal(await first.exit, 0)
  t.same(await lifeAfterwards(dataDir), ['started', 'drained'])

  const second = supervisor(t, dataDir)
  t.same(await life((await ask(second)).DATABASE_URL), ['started', 'drained', 'started'])
})

t.test('a service that does not end is killed by a second signal, and the servers still stop', async (t) => {
  const program = supervisor(t, dataFolder(t), { STAND_IN: 'hangs' })
  const { pid } = await ask(program)
  program.kill('SIGINT')
  await program.prints(/Stopping/)
  const again = setInterval(() => program.kill('SIGINT'), 200)
  t.teardown(() => clearInterval(again))
  t.equal(await program.exit, 0)
  t.equal(commandLine(pid), '')
})

t.test('a service that does not end in time is killed', async (t) => {
  const program = supervisor(t, dataFolder(t), { ...elsewhere, STAND_IN: 'hangs', SHUTDOWN_MS: '1000' })
  const { pid } = await ask(program)
  program.kill('SIGTERM')
  t.equal(await program.exit, 0)
  t.equal(commandLine(pid), '')
})

t.test('of two starts at once one runs, and the other says where and ends', async (t) => {
  const dataDir = dataFolder(t)
  const both = [supervisor(t, dataDir), supervisor(t, dataDir)]
  const [code, loser] = await Promise.race(both.map(async (program) => [await program.exit, program] as const))
  t.equal(code, 1)
  t.match(loser.output(), /FakeTect already runs here/)
  const winner = both.find((program) => program !== loser) as Program
  await ask(winner)

  const third = supervisor(t, dataDir)
  t.equal(await third.exit, 1)
  t.match(third.output(), new RegExp(`already runs here at http://127\\.0\\.0\\.1:\\d+ \\(process ${winner.pid},`))
})

t.test('what is named by its URL is not started, and then nothing is written', async (t) => {
  const dataDir = dataFolder(t)
  const program = supervisor(t, dataDir, elsewhere)
  const { STAND_IN_DATABASE: _, ...urls } = elsewhere
  t.match(await ask(program), urls)
  t.match(program.output(), /npm run key/)
  t.notOk(existsSync(dataDir))
})

t.test('one part can be named and the others brought up', async (t) => {
  const dataDir = dataFolder(t)
  const program = supervisor(t, dataDir, { REDIS_URL: 'redis://elsewhere' })
  t.match(await ask(program), { REDIS_URL: 'redis://elsewhere', DATABASE_URL: /postgres:5432/ })
  t.notOk(existsSync(join(dataDir, 'redis')))
})
