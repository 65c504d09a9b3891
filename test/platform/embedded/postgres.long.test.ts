import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { drizzle } from '../../../src/platform/drizzle.ts'
import { Client } from 'pg'
import t from 'tap'
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../../../src/platform/embedded/postgres.ts'
import { postgresOwner } from '../../../src/platform/embedded/postgresUser.ts'
import { commandLine } from '../../../src/platform/embedded/processes.ts'
import { dataFolder } from './dataFolder.ts'
import { run } from './program.ts'

const owner = postgresOwner()
const asRoot = owner === undefined ? { skip: 'only root lends PostgreSQL another user' } : {}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0])
  } finally {
    await client.end()
  }
}

/** Starts PostgreSQL in a process that can be killed, and leaves a row in it. */
const starter = `
  import { Client } from 'pg'
  import { startEmbeddedPostgres } from '${join(import.meta.dirname, '../../../src/platform/embedded/postgres.ts')}'
  const { url, pid } = await startEmbeddedPostgres({ dataDir: process.argv[1] })
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('CREATE TABLE kept AS SELECT 1 AS n')
  process.stdout.write('pid ' + pid + '\\n')
`

t.test('what was written is found again after a restart', async (t) => {
  const dataDir = dataFolder(t)
  const first = await startEmbeddedPostgres({ dataDir })
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS n')
  await first.stop()
  t.equal(commandLine(first.pid), '')

  const second = await startEmbeddedPostgres({ dataDir })
  t.equal(second.url, first.url)
  t.same(await query(second.url, 'SELECT n FROM kept'), [1])
  await second.stop()
})

t.test('its address is one for URL, pg and drizzle, listens on no port, and lets only the owner in', async (t) => {
  const dataDir = dataFolder(t, 'A folder (with ü)')
  const { url, stop } = await startEmbeddedPostgres({ dataDir, disposable: true })
  t.same(await query(url, 'SHOW listen_addresses'), [''])
  const pool = drizzle(url).$client
  await pool.query('CREATE DATABASE another')
  await pool.end()
  const another = new URL(url)
  another.pathname = '/another'
  t.same(await query(another.href, 'SELECT current_database()::text'), ['another'])
  t.equal(statSync(join(dataDir, 'postgres')).mode & 0o077, 0)
  await stop()
})

t.test('names sort alike on every machine', async (t) => {
  const { url, stop } = await startEmbeddedPostgres({ dataDir: dataFolder(t), disposable: true })
  t.same(await query(url, "SELECT name FROM (VALUES ('b'), ('ä'), ('B'), ('a')) AS names (name) ORDER BY name"), ['B', 'a', 'b', 'ä'])
  t.same(await query(url, "SELECT upper('ä')"), ['Ä'])
  await stop()
})

t.test('a command beside the service finds it, wherever its socket is, and only while it runs', async (t) => {
  for (const dataDir of [dataFolder(t), join(dataFolder(t), 'a-folder-with-a-long-name/'.repeat(5))]) {
    t.equal(findEmbeddedPostgres(dataDir), undefined)
    const { url, stop } = await startEmbeddedPostgres({ dataDir })
    t.equal(findEmbeddedPostgres(dataDir), url)
    await stop()
    t.equal(findEmbeddedPostgres(dataDir), undefined)
  }
})

t.test('an orphan of a killed start is ended, and its data found again', async (t) => {
  const dataDir = dataFolder(t)
  const first = run([process.execPath, '--input-type=module-typescript', '-e', starter, dataDir])
  const pid = Number((await first.prints(/pid (\d+)/))[1])
  first.kill('SIGKILL')
  await first.exit
  t.not(commandLine(pid), '', 'it has outlived its parent')

  const second = await startEmbeddedPostgres({ dataDir })
  t.equal(commandLine(pid), '')
  t.same(await query(second.url, 'SELECT n FROM kept'), [1])
  await second.stop()
})

t.test('lock files that name a stranger of the same user do no harm to either', async (t) => {
  const dataDir = dataFolder(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  const stranger = run(owner === undefined ? ['sleep', '60'] : ['setpriv', `--reuid=${owner.uid}`, '--clear-groups', 'sleep', '60'])
  const home = join(dataDir, 'postgres')
  writeFileSync(join(home, 'cluster', 'postmaster.pid'), `${stranger.pid}\n${home}/cluster\n`)
  writeFileSync(join(home, '.s.PGSQL.5432.lock'), `${stranger.pid}\n${home}/cluster\n`)
  const server = await startEmbeddedPostgres({ dataDir })
  t.same(await query(server.url, 'SELECT 1'), [1])
  await server.stop()
  t.match(commandLine(stranger.pid), 'sleep')
  stranger.kill('SIGKILL')
  await stranger.exit
})

t.test('a first start that was cut short is made up for', async (t) => {
  const dataDir = dataFolder(t)
  await (await startEmbeddedPostgres({ dataDir })).stop()
  rmSync(join(dataDir, 'postgres', 'cluster'), { recursive: true })
  mkdirSync(join(dataDir, 'postgres', 'cluster.new', 'base'), { recursive: true })
  const server = await startEmbeddedPostgres({ dataDir })
  t.same(await query(server.url, 'SELECT 1'), [1])
  await server.stop()
})

t.test('in a folder with a path too long for a socket the socket is elsewhere, and goes with the server', async (t) => {
  const dataDir = dataFolder(t, 'x'.repeat(110))
  const { url, stop } = await startEmbeddedPostgres({ dataDir })
  t.same(await query(url, 'SELECT 1'), [1])
  const socketFolder = decodeURIComponent(new URL(url).hostname)
  t.notMatch(socketFolder, dataDir)
  t.equal(statSync(socketFolder).mode & 0o077, 0)
  await stop()
  t.notOk(existsSync(socketFolder))
})

t.test('a folder that somebody else has laid in the way of the socket is not used', asRoot, async (t) => {
  const dataDir = dataFolder(t, 'x'.repeat(110))
  const first = await startEmbeddedPostgres({ dataDir })
  const socketFolder = decodeURIComponent(new URL(first.url).hostname)
  await first.stop()
  mkdirSync(socketFolder, { mode: 0o777 })
  t.teardown(() => rmSync(socketFolder, { recursive: true, force: true }))
  await t.rejects(startEmbeddedPostgres({ dataDir }), /is not a private folder of ours/)
})

t.test('in a clone that its user may not enter the data is elsewhere, and found again', asRoot, async (t) => {
  const dataDir = dataFolder(t, 'closed', 'clone')
  mkdirSync(join(dataDir, '..'), { recursive: true })
  chmodSync(join(dataDir, '..', '..'), 0o700)
  const first = await startEmbeddedPostgres({ dataDir })
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS n')
  await first.stop()
  const elsewhere = readlinkSync(join(dataDir, 'postgres'))
  t.equal(dirname(elsewhere), '/var/lib/faketect')

  const second = await startEmbeddedPostgres({ dataDir })
  t.same(await query(second.url, 'SELECT n FROM kept'), [1])
  await second.stop()
})

t.test('a disposable one leaves nothing behind, wherever it was', async (t) => {
  const open = dataFolder(t)
  await (await startEmbeddedPostgres({ dataDir: open, disposable: true })).stop()
  t.same(readdirSync(open), [])

  const closed = dataFolder(t, 'closed')
  mkdirSync(closed, { recursive: true })
  chmodSync(dirname(closed), 0o700)
  const server = await startEmbeddedPostgres({ dataDir: closed, disposable: true })
  const place = lstatSync(join(closed, 'postgres')).isSymbolicLink() ? readlinkSync(join(closed, 'postgres')) : ''
  await server.stop()
  t.notOk(existsSync(place))
  t.same(readdirSync(closed), [])
})
