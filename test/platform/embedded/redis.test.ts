import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { commandLine, waitUntil } from '../../../src/platform/embedded/processes.ts'
import { startEmbeddedRedis } from '../../../src/platform/embedded/redis.ts'
import { dataFolder } from './dataFolder.ts'
import { run } from './program.ts'

function client(t: Test, url: string): Redis {
  const redis = new Redis(url)
  redis.on('error', () => undefined) // when its server is killed
  t.teardown(() => redis.disconnect())
  return redis
}

/** Starts Redis in a process that can be killed. */
const starter = `
  import { startEmbeddedRedis } from '${join(import.meta.dirname, '../../../src/platform/embedded/redis.ts')}'
  const { pid } = await startEmbeddedRedis({ dataDir: process.argv[1] })
  process.stdout.write('pid ' + pid + '\\n')
`

t.test('what was written is found again after a restart', async (t) => {
  const dataDir = dataFolder(t)
  const first = await startEmbeddedRedis({ dataDir })
  const redis = client(t, first.url)
  await redis.set('kept', 'yes')
  t.match(await redis.info('memory'), 'maxmemory_policy:noeviction')
  await first.stop()
  t.equal(commandLine(first.pid), '')

  const second = await startEmbeddedRedis({ dataDir })
  t.equal(second.url, first.url)
  t.equal(await client(t, second.url).get('kept'), 'yes')
  await second.stop()
})

t.test('nothing is written to disk when it need not persist', async (t) => {
  const dataDir = dataFolder(t)
  const server = await startEmbeddedRedis({ dataDir, persistent: false })
  await client(t, server.url).set('kept', 'no')
  await server.stop()
  t.notOk(existsSync(join(dataDir, 'redis', 'appendonlydir')))
  t.notOk(existsSync(join(dataDir, 'redis', 'dump.rdb')))
})

t.test('BullMQ works with its address', async (t) => {
  const server = await startEmbeddedRedis({ dataDir: dataFolder(t), persistent: false })
  const connection = new Redis(server.url, { maxRetriesPerRequest: null, protocol: 2, replyMapping: 'legacy' })
  const queue = new Queue('jobs', { connection })
  await queue.add('job', {})
  t.equal(await queue.count(), 1)
  await queue.close()
  await connection.quit()
  await server.stop()
})

t.test('an orphan of a killed start is ended in good order, and its data found again', async (t) => {
  const dataDir = dataFolder(t)
  const first = run([process.execPath, '--input-type=module-typescript', '-e', starter, dataDir])
  const pid = Number((await first.prints(/pid (\d+)/))[1])
  const orphan = client(t, join(dataDir, 'redis', 'redis.sock'))
  await orphan.set('kept', 'yes')
  first.kill('SIGKILL')
  await first.exit
  t.not(commandLine(pid), '', 'it has outlived its parent')

  const second = await startEmbeddedRedis({ dataDir })
  t.equal(commandLine(pid), '')
  t.equal(await client(t, second.url).get('kept'), 'yes')
  await second.stop()
})

t.test('a leftover number that now belongs to a stranger does no harm to it', async (t) => {
  const dataDir = dataFolder(t)
  const stranger = run(['sleep', '60'])
  mkdirSync(join(dataDir, 'redis'), { recursive: true })
  writeFileSync(join(dataDir, 'redis', 'redis.pid'), String(stranger.pid))
  const server = await startEmbeddedRedis({ dataDir, persistent: false })
  await server.stop()
  t.match(commandLine(stranger.pid), 'sleep')
  stranger.kill('SIGKILL')
  await stranger.exit
})

t.test('in a folder with a path too long for a socket the socket is elsewhere, and goes with the server', async (t) => {
  const dataDir = dataFolder(t, 'x'.repeat(110))
  const server = await startEmbeddedRedis({ dataDir })
  t.ok(Buffer.byteLength(server.url) <= 103, server.url)
  t.equal(await client(t, server.url).ping(), 'PONG')
  await server.stop()
  t.notOk(existsSync(server.url))
})

t.test('how it ended is told', async (t) => {
  const server = await startEmbeddedRedis({ dataDir: dataFolder(t), persistent: false })
  process.kill(server.pid, 'SIGKILL')
  t.equal(await server.ended, 'signal SIGKILL')
  await waitUntil(() => commandLine(server.pid) === '', 5_000)
  await server.stop()
})

t.test('where redis-server is not installed, that is said', async (t) => {
  const program = run([process.execPath, '--input-type=module-typescript', '-e', starter, dataFolder(t)], { PATH: '/nowhere' })
  t.equal(await program.exit, 1)
  t.match(program.output(), /redis-server is not installed; install it, or set REDIS_URL/)
})
