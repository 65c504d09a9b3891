import { writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import type { AnalysisResource } from '../../src/analyses/resource.ts'
import { copyKey } from '../../src/backup/copies.ts'
import { openStorage } from '../../src/platform/storage/open.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { startProcess } from '../harness/process.ts'
import { onDatabase, temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, moreKeys, type Ground } from '../harness/service.ts'
import { startSystemPostgres, systemPostgresFolder } from '../harness/systemPostgres.ts'
import { run } from '../platform/embedded/program.ts'

const root = join(import.meta.dirname, '../..')
const bin = systemPostgresFolder()
const options = bin === undefined ? { skip: 'needs the system’s own PostgreSQL, server and client' } : {}

/** A ground whose database is the system's own PostgreSQL, with copies in the bucket of the files, and our commands on it. */
async function layGroundWithTools(t: Test) {
  process.env.TEST_DATABASE_URL = await startSystemPostgres(t, String(bin))
  const ground = await layGround(t)
  const databaseUrl = String(ground.env.DATABASE_URL)
  /** Programs that come before those of the system. */
  const path = [String(bin), String(process.env.PATH)]
  async function command(name: string, ...args: string[]) {
    const env = { ...ground.env, BACKUP_URL: ground.s3.url, PATH: path.join(delimiter) }
    const program = run([process.execPath, join(root, `src/backup/${name}Command.ts`), ...args], env)
    return { code: await program.exit, output: program.output() }
  }
  async function backup(): Promise<string> {
    const { code, output } = await command('backup')
    const [, name] = /^(\S+) is there/.exec(output) ?? []
    if (code !== 0 || name === undefined) throw new Error(output)
    return name
  }
  /** As after an accident: the database is empty, and Redis as well. */
  async function loseEverything(): Promise<void> {
    await onDatabase(databaseUrl, (client) => client.query('DROP SCHEMA public CASCADE; DROP SCHEMA drizzle CASCADE; CREATE SCHEMA public'))
    await ground.redis.stop()
    await ground.redis.start()
  }
  return { ground, databaseUrl, path, command, backup, loseEverything }
}

/** As a machine that loses its power. */
async function kill(...services: Array<Awaited<ReturnType<typeof startProcess>>>): Promise<void> {
  for (const { child } of services) child.kill('SIGKILL')
  await Promise.all(services.map(({ ended }) => ended))
}

/** Waits for the verdict, as long as a busy machine may take. */
async function finish({ get }: ReturnType<typeof client>, id: string): Promise<AnalysisResource> {
  await eventually(async () => ['completed', 'failed'].includes((await get(id, 20)).state), 240_000)
  return get(id)
}

const objectsOf = async (ground: Ground, id: string) => (await ground.s3.keys()).filter((key) => key.includes(id))

t.test('after everything is lost, a copy lets the service carry on', options, async (t) => {
  const { ground, command, backup, loseEverything } = await layGroundWithTools(t)
  const { accountId, key } = await makeAccount(ground)
  const before = await startProcess(t, ground, { ROLES: 'api' })
  const worker = await startProcess(t, ground, { ROLES: 'worker' })
  const api = client(before.url, key)
  const { upload, get, send } = api
  const signedIn = await fetch(`${before.url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: before.url },
    body: JSON.stringify({ key })
  })
  const cookie = String(signedIn.headers.get('set-cookie')?.split(';')[0])
  const [finished, deletedLater] = [await upload(await photo({ seed: 1 })), await upload(await photo({ seed: 2 }))]
  const verdict = await finish(api, finished.body.id)
  t.same([verdict.state, (await finish(api, deletedLater.body.id)).state], ['completed', 'completed'])
  const running = await upload(await photo({ seed: 3, description: 'hostile: slow 5000' }))
  await eventually(async () => (await get(running.body.id)).state === 'processing')
  // Without a worker the copy finds things as they are now, however long it takes.
  await kill(worker)
  const queued = await upload(await photo({ seed: 4 }))

  const copy = await backup()
  t.same([(await get(running.body.id)).state, (await get(queued.body.id)).state], ['processing', 'queued'])

  // Life goes on.
  const laterWorker = await startProcess(t, ground, { ROLES: 'worker' })
  const uploadedLater = await upload(await photo({ seed: 5 }))
  t.equal((await finish(api, uploadedLater.body.id)).state, 'completed')
  t.equal((await send(`/v1/analyses/${deletedLater.body.id}`, { method: 'DELETE' })).status, 204)
  await eventually(async () => (await objectsOf(ground, deletedLater.body.id)).length === 0)
  const [laterKey = ''] = await moreKeys(ground, accountId, 1)
  t.equal((await finish(api, queued.body.id)).state, 'completed')
  const refused = await command('restore', '--wipe', copy)
  t.match(refused, { code: 1, output: /still runs/ }, 'a database that is in use is not wiped')
  t.equal((await get(uploadedLater.body.id)).state, 'completed')

  await kill(before, laterWorker)
  await loseEverything()
  t.match(await command('restore'), { code: 0, output: `${copy}\n` })
  t.match(await command('restore', '--wipe', 'latest'), { code: 0, output: new RegExp(`as it was at ${copy}`) })

  const after = await startProcess(t, ground)
  const again = client(after.url, key)
  t.same(await again.get(finished.body.id), verdict, 'an old verdict is read as it was')
  t.equal((await again.send(`/v1/analyses/${finished.body.id}/media`)).status, 200, 'with its file')
  t.match(await finish(again, running.body.id), { state: 'completed', verdict: 'inconclusive' }, 'what ran is done again')
  t.match(await finish(again, queued.body.id), { state: 'completed', verdict: 'inconclusive' }, 'what was queued gets done')
  t.equal((await again.send(`/v1/analyses/${uploadedLater.body.id}`)).status, 404, 'what came later is not known')
  const fresh = await again.upload(await photo({ seed: 6 }))
  t.equal((await finish(again, fresh.body.id)).state, 'completed', 'new files are taken')
  t.equal((await fetch(`${after.url}/v1/usage`, { headers: { authorization: `Bearer ${laterKey}` } })).status, 401, 'neither is a key')
  t.equal((await fetch(`${after.url}/v1/usage`, { headers: { cookie } })).status, 401, 'browsers sign in again')
  t.equal((await again.send(`/v1/analyses/${deletedLater.body.id}/media`)).status, 404)

  const objects = await ground.s3.keys()
  t.match(await command('settle'), { code: 0, output: /copy was made\): 1\n.*or lost\): 1\nNothing was changed/s })
  t.same(await ground.s3.keys(), objects)
  t.match(await command('settle', '--apply'), { code: 0, output: /Both were removed/ })
  t.same(await objectsOf(ground, uploadedLater.body.id), [], 'nothing of it is left behind')
  t.equal((await again.send(`/v1/analyses/${deletedLater.body.id}`)).status, 404, 'what was deleted is deleted again')
  t.match(await command('settle'), { code: 0, output: /made\): 0\n.*lost\): 0\n/s })
  t.ok((await objectsOf(ground, finished.body.id)).length > 0)
  t.ok((await ground.s3.keys()).includes(copyKey(copy)), 'the copy itself is none of the files')
  after.child.kill('SIGTERM')
  t.same(await after.ended, { code: 0, signal: null })

  const second = await backup()
  t.match(await command('restore', '--wipe', second), { code: 0 }, 'a restored database can be copied and restored like any other')
  const { rows } = await onDatabase(String(ground.env.DATABASE_URL), (client) => client.query('SELECT count(*)::int AS count FROM analyses'))
  t.same(rows, [{ count: 4 }])
})

t.test('a copy that fails is none, and one that is broken changes nothing', options, async (t) => {
  const { ground, databaseUrl, path, command, backup } = await layGroundWithTools(t)
  const { accountId } = await makeAccount(ground)
  const copies = async () => (await ground.s3.keys()).filter((key) => key.startsWith('database/'))

  // A table that its user may not read whole: pg_dump finds that out when it has printed others.
  await onDatabase(databaseUrl, (client) =>
    client.query(`
      CREATE ROLE reader LOGIN;
      GRANT USAGE ON SCHEMA public, drizzle TO reader;
      GRANT SELECT ON ALL TABLES IN SCHEMA public, drizzle TO reader;
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA public, drizzle TO reader;
      ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY`)
  )
  ground.env.DATABASE_URL = databaseUrl.replace('faketect@', 'reader@')
  t.match(await command('backup'), { code: 1, output: /row-level security.*pg_dump failed/s })
  t.same(await copies(), [])
  ground.env.DATABASE_URL = databaseUrl

  const name = await backup()
  const storage = openStorage(ground.s3.url)
  t.teardown(() => storage.close())
  const whole = await buffer(await storage.get(copyKey(name)))
  async function* half() {
    yield whole.subarray(0, Math.floor(whole.length * 0.9))
  }
  await storage.put(copyKey('2020-01-01T00-00-00Z'), half(), 'application/octet-stream')
  const later = await makeAccount(ground)
  t.match(await command('restore', '--wipe', '2020-01-01T00-00-00Z'), { code: 1, output: /pg_restore failed/ })
  const { rows } = await ground.database.query('SELECT id FROM accounts ORDER BY created_at')
  t.same(rows, [{ id: accountId }, { id: later.accountId }], 'not even half of the copy is there')

  await ground.redis.stop()
  t.match(await command('restore', '--wipe', name), { code: 1, output: /Redis does not answer: nothing was changed/ })
  await ground.redis.start()

  // A copy whose end is found to be missing only after everything before it has been handed on.
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'pg_restore'), '#!/bin/sh\ncat > /dev/null\necho "CREATE TABLE half (id int);"\nexec >&-\nsleep 2\nexit 1\n', { mode: 0o755 })
  path.unshift(folder)
  t.match(await command('restore', '--wipe', name), { code: 1, output: /pg_restore failed/ })
  path.shift()
  t.equal((await ground.database.query('SELECT FROM accounts')).rowCount, 2)

  t.match(await command('restore', '--wipe', '2019-01-01T00-00-00Z'), { code: 64, output: /Name one of the copies/ })
  t.match(await command('backup'), { code: 0, output: /1 were removed/ })
  t.notOk((await copies()).includes(copyKey('2020-01-01T00-00-00Z')), 'the next one removes what is too old')
})
