import { createServer, type AddressInfo } from 'node:net'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { sendForm } from '../intake/forms.ts'
import { localReceivers } from '../webhooks/webhooks.ts'
import { samplesOf, scrape } from './scrape.ts'

const ground = await layGround(t)
const small = (seed: number) => photo({ width: 64, height: 48, seed })

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
