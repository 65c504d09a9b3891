import t from 'tap'
import { eventually } from '../harness/eventually.ts'
import { hostileDetectors } from '../harness/process.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { crowd, tiny, waiting } from './crowd.ts'

t.test('with 200 files of one account waiting, the single photo of another starts before all that are not begun', async (t) => {
  const ground = await layGround(t)
  const api = await startService(t, ground, { ROLES: 'api' })
  const crowdId = await crowd(ground, api.url, 200, 5)
  const { accountId, key } = await makeAccount(ground, 'FREE')
  const threads = 2
  await startService(t, ground, { ROLES: 'worker', ENGINE_THREADS: String(threads), ENGINE_DETECTORS: hostileDetectors })
  await eventually(async () => (await waiting(ground, crowdId)) < 195)

  const { body } = await client(api.url, key).upload(await tiny(1_000, 5))
  await client(api.url, key).get(body.id, 20)
  const { rows } = await ground.database.query(
    `SELECT extract(epoch FROM single.started_at - single.queued_at) * 1000 AS waited,
        (SELECT count(*)::int FROM analyses WHERE account_id = $1 AND started_at > single.queued_at AND started_at < single.started_at) AS before,
        (SELECT count(*)::int FROM analyses WHERE account_id = $1 AND state = 'queued') AS behind
      FROM analyses AS single WHERE account_id = $2`,
    [crowdId, accountId]
  )
  const { waited, before, behind } = rows[0]
  t.comment(`it waited ${Math.round(waited)} ms; ${before} files of the crowd began in the meantime, ${behind} were still waiting after it`)
  t.ok(behind > 100, 'the crowd still waits')
  // Each thread may be given one more between the commit that queues the photo and its job's coming into the ledger.
  t.ok(before <= threads, `${before} began before it`)
})
