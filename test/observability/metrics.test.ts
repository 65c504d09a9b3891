import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Registry } from '@prometheus-io/client'
import t from 'tap'
import { measuredStorage } from '../../src/observability/edges/storage.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import { openStorage } from '../../src/platform/storage/open.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { scriptedProvider } from '../harness/scriptedProvider.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { sendForm } from '../intake/forms.ts'
import { readSamples, samplesOf, scrape, total, type Scraped } from './scrape.ts'

const ground = await layGround(t)
const small = (seed: number) => photo({ width: 64, height: 48, seed })

t.test('each end of an analysis counts once, with its kind and its plan, on the machine where it happened', async (t) => {
  scriptedProvider.does(async () => Promise.reject(new Error('on demand')))
  const { url } = await startService(t, ground, { ENGINE_PROVIDERS: scriptedProvider.path })
  const { url: elsewhere } = await startService(t, ground, { ROLES: 'api' })
  const { key } = await makeAccount(ground, 'PRO')
  const { upload, send } = client(url, key)
  const broken = Buffer.concat([(await photo()).subarray(0, 400), Buffer.alloc(4_000)])
  await upload(await small(2), { prefer: 'wait=30' })
  scriptedProvider.does(async () => [])
  const whole = await upload(await small(3), { prefer: 'wait=30' })
  await upload(await small(3))
  const { body: failed } = await upload(broken, { prefer: 'wait=30' })
  await send(`/v1/analyses/${whole.body.id}/cancel`, { method: 'POST' })
  await send(`/v1/analyses/${whole.body.id}`, { method: 'DELETE' })

  // An attempt tidies up after its verdict has been told.
  const isDone = (seen: Scraped) => total(seen, 'faketect_analyses_total') >= 4 && total(seen, 'faketect_analyses_in_flight') === 0
  await eventually(async () => isDone(await scrape(url)))
  const seen = await scrape(url)
  const ends = (status: string, plan = 'PRO') => seen.get(`faketect_analyses_total{plan="${plan}",status="${status}",type="image"}`)
  t.equal(ends('completed'), 3, 'two of the engine, and one that was answered from an earlier result')
  t.equal(ends('failed'), 1)
  t.equal(ends('cancelled'), 0, 'what has ended is neither cancelled nor deleted before its end')
  t.equal(ends('completed', 'FREE'), 0)
  t.equal(seen.get(`faketect_analysis_failures_total{code="${failed.failure?.code}",type="image"}`), 1)
  t.equal(seen.get('faketect_verdicts_total{degraded="true",type="image",verdict="inconclusive"}'), 1)
  t.equal(seen.get('faketect_verdicts_total{degraded="false",type="image",verdict="inconclusive"}'), 1)
  t.equal(seen.get('faketect_provider_failures_total{provider="scripted",reason="unknown"}'), 1)
  t.equal(seen.get('faketect_cache_lookups_total{cache="identical_file",result="hit"}'), 1)
  t.equal(seen.get('faketect_cache_lookups_total{cache="identical_file",result="miss"}'), 3)
  t.ok(seen.get('faketect_cache_lookups_total{cache="caller",result="hit"}')! > 0)
  t.equal(seen.get('faketect_analysis_duration_seconds_count{provider="local",type="image"}'), 3, 'also the one that failed')
  t.equal(seen.get('faketect_analysis_duration_seconds_count{provider="scripted",type="image"}'), 3)
  t.equal(seen.get('faketect_detector_duration_seconds_count{detector="jpeg_structure"}'), 2)
  t.equal(seen.get('faketect_detector_duration_seconds_count{detector="decode"}'), 2)
  t.equal(seen.get('faketect_engine_threads'), 1)
  t.equal(seen.get('faketect_engine_waiting'), 0)
  t.equal(seen.get('faketect_upload_duration_seconds_count{outcome="queued"}'), 3)
  t.equal(seen.get('faketect_upload_duration_seconds_count{outcome="answered"}'), 1)
  const sent = (await small(2)).length + 2 * (await small(3)).length + broken.length
  t.equal(seen.get('faketect_upload_bytes_total'), sent)
  for (const operation of ['put', 'get', 'copy', 'remove']) t.ok(seen.get(`faketect_storage_duration_seconds_count{operation="${operation}",outcome="ok"}`)! > 0, operation)
  t.ok(seen.get('faketect_redis_command_duration_seconds_count{outcome="ok"}')! > 0)
  t.ok(seen.get('faketect_postgres_query_duration_seconds_count{outcome="ok",pool="primary"}')! > 20)
  t.ok(seen.get('faketect_postgres_pool_wait_seconds_count{pool="primary"}')! > 10)
  t.equal(seen.get('faketect_postgres_pool_connections_max{pool="primary"}'), 8)
  t.ok(seen.get('faketect_postgres_pool_connections{pool="primary"}')! > 0)

  const other = await scrape(elsewhere)
  t.equal(total(other, 'faketect_analyses_total'), 0, 'though both run in one process')
  t.equal(samplesOf(other, 'faketect_engine_threads').length, 0, 'it has no threads')
})

t.test('what ends without having been worked on is cancelled, however it ends', async (t) => {
  const { url } = await startService(t, ground, { ROLES: 'api' })
  const { key } = await makeAccount(ground, 'FREE')
  const { upload, send } = client(url, key)
  const [cancelled, deleted] = [await upload(await small(10)), await upload(await small(11))]
  const { body: batch } = await sendForm(url, key, [{ bytes: await small(12) }, { bytes: await small(13) }])
  for (let time = 0; time < 2; time++) {
    await send(`/v1/analyses/${cancelled.body.id}/cancel`, { method: 'POST' })
    await send(`/v1/analyses/${deleted.body.id}`, { method: 'DELETE' })
    await send(`/v1/batches/${batch.id}/cancel`, { method: 'POST' })
  }
  t.equal((await scrape(url)).get('faketect_analyses_total{plan="FREE",status="cancelled",type="image"}'), 4)
})

t.test('every machine tells the whole queue, by the plan that counts', async (t) => {
  await ground.database.query('DELETE FROM analyses')
  const [{ url }, { url: other }] = [await startService(t, ground, { ROLES: 'api' }), await startService(t, ground, { ROLES: 'api' })]
  const accounts = { FREE: await makeAccount(ground, 'FREE'), PRO: await makeAccount(ground, 'PRO'), unconfirmed: await makeAccount(ground, 'PRO') }
  await ground.database.query("UPDATE accounts SET email = 'someone@example.org' WHERE id = $1", [accounts.unconfirmed.accountId])
  const { body: oldest } = await client(url, accounts.PRO.key).upload(await small(20))
  await ground.database.query("UPDATE analyses SET queued_at = now() - interval '1 hour' WHERE id = $1", [oldest.id])
  const { body: begun } = await client(url, accounts.PRO.key).upload(await small(21))
  await ground.database.query("UPDATE analyses SET state = 'processing', started_at = now() - interval '2 hours' WHERE id = $1", [begun.id])
  for (const [seed, { key }] of [accounts.PRO, accounts.FREE, accounts.unconfirmed].entries()) await client(url, key).upload(await small(22 + seed))

  for (const machine of [url, other]) {
    await eventually(async () => (await scrape(machine)).get('faketect_queue_depth{plan="FREE"}') === 2)
    const seen = await scrape(machine)
    t.match(Object.fromEntries(samplesOf(seen, 'faketect_queue_depth')), {
      'faketect_queue_depth{plan="FREE"}': 2,
      'faketect_queue_depth{plan="PRO"}': 2,
      'faketect_queue_depth{plan="PREMIUM"}': 0
    })
    const waited = seen.get('faketect_queue_oldest_waiting_seconds{plan="PRO"}')!
    t.ok(waited >= 3_600 && waited < 5_400, `it has waited for ${waited} s`)
    t.equal(seen.get('faketect_queue_oldest_waiting_seconds{plan="PREMIUM"}'), 0)
    t.equal(seen.get('faketect_queue_processing{plan="PRO"}'), 1)
    const worked = seen.get('faketect_queue_oldest_processing_seconds{plan="PRO"}')!
    t.ok(worked >= 7_200 && worked < 9_000, `it began ${worked} s ago`)
  }
})

t.test('refusals count by limit and plan, each file of a batch for itself', async (t) => {
  const { url } = await startService(t, ground, { ROLES: 'api', ANONYMOUS_REQUESTS_PER_MINUTE: '1' })
  const { key } = await makeAccount(ground, 'FREE')
  const { upload } = client(url, key)
  const files = (count: number, seed: number) => Promise.all(Array.from({ length: count }, async (_, n) => ({ bytes: await small(seed + n) })))
  // Which limit is the first to refuse is up to the machine: it counts for itself while Redis is slow.
  const batches = [await sendForm(url, key, await files(6, 40)), await sendForm(url, key, await files(6, 50))]
  const refusedFiles = batches.flatMap(({ body }) => body.refused).length
  t.ok(refusedFiles >= 2)
  const told: Array<{ limit: string; plan?: string }> = []
  for (let n = 0; n < 4; n++) told.push((await upload(await small(60 + n))).body as never)
  for (let n = 0; n < 8; n++) {
    const response = await fetch(`${url}/v1/usage`, { headers: { authorization: 'Bearer nonsense' } })
    if (response.status === 429) told.push((await response.json()) as never)
  }
  const seen = await scrape(url)
  const refused = (plan: string) => samplesOf(seen, 'faketect_rate_limit_refusals_total').filter(([name]) => name.includes(`plan="${plan}"`)).reduce((sum, [, count]) => sum + count, 0)
  const ofPlan = told.filter(({ plan }) => plan === 'FREE')
  t.equal(ofPlan.length, 4)
  t.equal(refused('FREE'), refusedFiles + 4)
  for (const { limit } of ofPlan) t.ok(seen.get(`faketect_rate_limit_refusals_total{limit="${limit}",plan="FREE"}`)! > 0, limit)
  t.ok(told.length > 4)
  t.equal(seen.get('faketect_rate_limit_refusals_total{limit="requests",plan="none"}'), told.length - 4)
  t.equal(seen.get('faketect_problems_total{code="rate_limit_exceeded"}'), told.length)
  t.equal(seen.get('faketect_upload_duration_seconds_count{outcome="queued"}'), 12 - refusedFiles)
})

t.test('a slow client is no slow storage, and a client that breaks off no broken one', async (t) => {
  const register = new Registry()
  const folder = temporaryFolder(t)
  const storage = measuredStorage(openStorage(pathToFileURL(folder).href), createMeasures(register))
  async function* slowly() {
    for (let n = 0; n < 4; n++) {
      await sleep(100)
      yield Buffer.from('a part')
    }
  }
  const began = performance.now()
  await storage.put('slow', slowly(), 'text/plain')
  const tookSeconds = (performance.now() - began) / 1_000
  const seen = readSamples(await register.metrics())
  t.ok(seen.get('faketect_storage_duration_seconds_sum{operation="put",outcome="ok"}')! < tookSeconds - 0.35)

  await t.rejects(storage.get('absent'), { name: 'ObjectMissing' })
  async function* broken() {
    yield Buffer.from('a part')
    throw new Error('The client has gone')
  }
  await t.rejects(storage.put('broken', broken(), 'text/plain'), /The client has gone/)
  rmSync(folder, { recursive: true })
  await t.rejects(storage.put('nowhere', slowly(), 'text/plain'), { name: 'StorageUnavailable' })
  const after = readSamples(await register.metrics())
  t.equal(after.get('faketect_storage_duration_seconds_count{operation="get",outcome="missing"}'), 1)
  t.equal(after.get('faketect_storage_duration_seconds_count{operation="put",outcome="interrupted"}'), 1)
  t.equal(after.get('faketect_storage_duration_seconds_count{operation="put",outcome="error"}'), 1)
})
