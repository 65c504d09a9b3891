import pino from 'pino'
import t, { type Test } from 'tap'
import { sql } from '../../src/platform/drizzle.ts'
import { connectPostgres } from '../../src/platform/postgres.ts'
import { openReplica } from '../../src/platform/replica.ts'
import { eventually } from '../harness/eventually.ts'
import { onDatabase, testDatabase } from '../harness/servers.ts'

/**
 * Here the replica is another database of the same server, in which the functions that say how far it is are ours: so it
 * is as far behind as a test wants it. A real one is in `replica.long.test.ts`.
 */
const standIn = `
  CREATE TABLE which AS SELECT 'replica' AS name;
  CREATE SCHEMA stand_in;
  -- What it says when it is looked at: how far it is from the nth look of a transaction on, and whether it is a replica at all.
  CREATE TABLE stand_in.state AS SELECT 1 AS caught_up_at_look, true AS in_recovery, NULL::bigint AS system;
  CREATE FUNCTION stand_in.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT in_recovery FROM stand_in.state';
  CREATE FUNCTION stand_in.pg_last_wal_replay_lsn() RETURNS pg_lsn LANGUAGE sql AS $$
    SELECT CASE WHEN set_config('stand_in.looks', (coalesce(nullif(current_setting('stand_in.looks', true), ''), '0')::int + 1)::text, true)::int
      >= (SELECT caught_up_at_look FROM stand_in.state) THEN 'FFFFFFFF/0' ELSE '0/1' END::pg_lsn $$;
  CREATE FUNCTION stand_in.pg_control_system() RETURNS TABLE (system_identifier bigint) LANGUAGE sql AS $$
    SELECT coalesce((SELECT system FROM stand_in.state), real.system_identifier) FROM pg_catalog.pg_control_system() AS real $$;`

/** The primary counts how often it is asked. */
const counting = `
  CREATE TABLE which AS SELECT 'primary' AS name;
  CREATE SCHEMA stand_in;
  CREATE SEQUENCE stand_in.asked;
  CREATE FUNCTION stand_in.pg_current_wal_insert_lsn() RETURNS pg_lsn LANGUAGE sql AS $$
    SELECT pg_catalog.pg_current_wal_insert_lsn() FROM nextval('stand_in.asked') $$;
  CREATE FUNCTION stand_in.pg_current_wal_flush_lsn() RETURNS pg_lsn LANGUAGE sql AS $$
    SELECT pg_catalog.pg_current_wal_flush_lsn() FROM nextval('stand_in.asked') $$;`

async function database(t: Test, setUp: string): Promise<string> {
  const url = await testDatabase(t)
  await onDatabase(url, (client) => client.query(setUp))
  await onDatabase(url, (client) => client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET search_path = stand_in, public, pg_catalog`))
  return url
}

const primaryUrl = await database(t, counting)
const replicaUrl = await database(t, standIn)
const set = (state: string) => onDatabase(replicaUrl, (client) => client.query(`UPDATE stand_in.state SET ${state}`))
const asked = () => onDatabase(primaryUrl, async (client) => Number((await client.query('SELECT last_value FROM stand_in.asked')).rows[0].last_value))

/** Opens both, and tells which one answers. */
function open(t: Test, url: string | undefined) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) })
  const primary = connectPostgres({ url: primaryUrl, max: 4, log })
  const replica = openReplica({ primaryUrl, replicaUrl: url, primary: primary.db, max: 4, log })
  t.teardown(async () => {
    await replica.close()
    await primary.close()
  })
  const which = () =>
    replica.read(async (db) => {
      const { rows } = await db.execute<{ name: string }>(sql`SELECT name FROM which`)
      return rows[0]?.name
    })
  return { which, lines }
}

t.test('without a replica the primary is read', async (t) => {
  const { which, lines } = open(t, undefined)
  t.equal(await which(), 'primary')
  t.same(lines, [])
})

t.test('a replica that has caught up is read, also when it takes a moment', async (t) => {
  const { which, lines } = open(t, replicaUrl)
  t.equal(await which(), 'replica')
  await set('caught_up_at_look = 3')
  t.equal(await which(), 'replica')
  await set('caught_up_at_look = 1')
  t.same(lines, [])
})

t.test('a replica that is too far behind is not read until it has caught up, and the log says each once', async (t) => {
  const { which, lines } = open(t, replicaUrl)
  await set('caught_up_at_look = 1000')
  for (let n = 0; n < 3; n++) t.equal(await which(), 'primary')
  t.same(lines, ['The read replica is not used: the primary is read until it is back'])
  await set('caught_up_at_look = 1')
  await eventually(async () => (await which()) === 'replica')
  t.same(lines.slice(1), ['The read replica is used again'])
})

t.test('a server that is no replica of this primary is not read', async (t) => {
  for (const state of ['in_recovery = false', 'system = 1']) {
    const { which, lines } = open(t, replicaUrl)
    await set(state)
    t.equal(await which(), 'primary', state)
    t.equal(lines.length, 1)
    await set('in_recovery = true, system = NULL')
  }
})

t.test('where nobody listens the primary is read', async (t) => {
  const { which, lines } = open(t, 'postgres://nobody@127.0.0.1:1/none')
  t.equal(await which(), 'primary')
  t.equal(await which(), 'primary')
  t.equal(lines.length, 1)
})

t.test('reads that come at the same time ask the primary once, and later ones ask anew', async (t) => {
  const { which } = open(t, replicaUrl)
  const before = await asked()
  t.same(new Set(await Promise.all(Array.from({ length: 20 }, which))), new Set(['replica']))
  const together = await asked()
  t.ok(together - before <= 3, `${together - before} questions for 20 reads`)
  await which()
  t.equal(await asked(), together + 1)
})

t.test('a query that can not be run fails as it does without a replica', async (t) => {
  const log = pino({ level: 'silent' })
  const primary = connectPostgres({ url: primaryUrl, max: 1, log })
  const { read, close } = openReplica({ primaryUrl, replicaUrl, primary: primary.db, max: 1, log })
  await t.rejects(read((db) => db.execute(sql`SELECT nothing FROM nowhere`)), { cause: { code: '42P01' } })
  await close()
  await primary.close()
})
