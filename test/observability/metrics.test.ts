import { setTimeout as sleep } from 'node:timers/promises'
import { createServer, type AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { Registry } from '@prometheus-io/client'
import t from 'tap'
import { measuredStorage } from '../../src/observability/edges/storage.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import { openStorage } from '../../src/platform/storage/open.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { scriptedProvider } from '../harness/scriptedProvider.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { sendForm } from '../intake/forms.ts'
import { localReceivers } from '../webhooks/webhooks.ts'
import { readSamples, samplesOf, scrape, total } from './scrape.ts'

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
  t.equal(seen.get('faketect_analyses_in_flight{type="image"}'), 0)
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
  await sendForm(url, key, await files(6, 40))
  t.equal((await sendForm(url, key, await files(6, 50))).body.refused.length, 2)
  for (let n = 0; n < 4; n++) await upload(await small(60 + n))
  for (let n = 0; n < 3; n++) await fetch(`${url}/v1/usage`, { headers: { authorization: 'Bearer nonsense' } })
  const seen = await scrape(url)
  t.equal(seen.get('faketect_rate_limit_refusals_total{limit="analyses",plan="FREE"}'), 2)
  t.equal(seen.get('faketect_rate_limit_refusals_total{limit="files-in-flight",plan="FREE"}'), 4)
  t.equal(seen.get('faketect_rate_limit_refusals_total{limit="requests",plan="none"}'), 2)
  t.equal(seen.get('faketect_problems_total{code="rate_limit_exceeded"}'), 6)
  t.equal(seen.get('faketect_upload_duration_seconds_count{outcome="queued"}'), 10)
})

t.test('open streams are counted, and how late events reach clients that are there', async (t) => {
  const { url } = await startService(t, ground)
  const { key } = await makeAccount(ground)
  const { upload } = client(url, key)
  const listener = await listen(t, url, key)
  const { body } = await upload(await small(70))
  await listener.hears(body.id, 'analysis.completed')
  const seen = await scrape(url)
  t.equal(seen.get('faketect_sse_clients'), 1)
  t.equal(seen.get('faketect_sse_delivery_lag_seconds_count'), 3, 'queued, processing, completed')
  t.ok(seen.get('faketect_sse_delivery_lag_seconds_sum')! < 60)

  const returning = await listen(t, url, key, listener.messages[0]!.id)
  await returning.hears(body.id, 'analysis.completed')
  const later = await scrape(url)
  t.equal(later.get('faketect_sse_clients'), 2)
  t.equal(later.get('faketect_sse_delivery_lag_seconds_count'), 3, 'a replay is none')
  listener.close()
  returning.close()
  await eventually(async () => (await scrape(url)).get('faketect_sse_clients') === 0)
})

t.test('attempts at webhooks count by how they end', async (t) => {
  const { url } = await startService(t, ground, localReceivers)
  const { key } = await makeAccount(ground)
  const receivers = [await startReceiver(t), await startReceiver(t, answer(500)), await startReceiver(t, answer(302, { location: '/' }))]
  for (const [seed, receiver] of receivers.entries()) {
    await sendForm(url, key, [{ bytes: await small(80 + seed) }], { fields: { callback_url: receiver.url } })
  }
  // What fails is soon tried again, and counts again.
  const attempts = async (outcome: string) => (await scrape(url)).get(`faketect_webhook_attempts_total{outcome="${outcome}"}`)!
  for (const outcome of ['delivered', 'refused', 'redirected']) await eventually(async () => (await attempts(outcome)) >= 1)
  t.equal(await attempts('delivered'), 1)
  t.equal(await attempts('gone'), 0)
  t.ok((await scrape(url)).get('faketect_webhook_attempt_duration_seconds_count')! >= 3)
})

t.test('a scrape goes on without PostgreSQL, and leaves out what only PostgreSQL knows', async (t) => {
  // One that refuses, and one that takes every connection and never says a word.
  const mute = createServer(() => undefined).listen(0, '127.0.0.1')
  t.teardown(() => mute.close())
  await new Promise((resolve) => mute.once('listening', resolve))
  for (const port of [9, (mute.address() as AddressInfo).port]) {
    const { url } = await startService(t, ground, { DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`, ROLES: 'api' })
    // PostgreSQL itself is given up after ten seconds.
    const seen = await scrape(url, { signal: AbortSignal.timeout(9_000) })
    t.equal(seen.get('faketect_part_up{part="postgres"}'), 0)
    t.equal(seen.get('faketect_ready'), 0)
    t.equal(samplesOf(seen, 'faketect_queue_depth').length, 0)
    t.ok(seen.has('nodejs_eventloop_lag_p99_seconds'), 'and all the rest is there')
  }
})

t.test('a scrape goes on without Redis', async (t) => {
  const { url } = await startService(t, ground, { REDIS_URL: 'redis://127.0.0.1:9', ROLES: 'api' })
  const seen = await scrape(url)
  t.equal(seen.get('faketect_part_up{part="redis"}'), 0)
  t.equal(seen.get('faketect_ready'), 1, 'it can still work')
  t.ok(seen.has('faketect_queue_depth{plan="FREE"}'))
  t.ok(seen.get('faketect_redis_command_duration_seconds_count{outcome="error"}')! > 0)
})

t.test('a slow client is no slow storage', async (t) => {
  const register = new Registry()
  const storage = measuredStorage(openStorage(pathToFileURL(temporaryFolder(t)).href), createMeasures(register))
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
  t.equal(readSamples(await register.metrics()).get('faketect_storage_duration_seconds_count{operation="get",outcome="missing"}'), 1)
})
