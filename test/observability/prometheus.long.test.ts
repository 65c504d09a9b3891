import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { plain, startSightengine } from '../harness/sightengine.ts'
import { localReceivers, webhookOwner } from '../webhooks/webhooks.ts'
import { metricNames, panelQueries, variableQueries } from './ops.ts'
import { startPrometheus, type Sample } from './prometheus.ts'

const isData = (samples: Sample[]) => samples.some(({ value }) => !Number.isNaN(value))

t.test('of a service at work, every query of the dashboard and every rule returns data', async (t) => {
  const ground = await layGround(t)
  const sightengine = await startSightengine(t)
  const { url, app } = await startService(t, ground, { ...localReceivers, ...sightengine.env })
  const prometheus = await startPrometheus(t, new URL(url).host)

  const owner = await webhookOwner(ground, url)
  const free = client(url, (await makeAccount(ground, 'FREE')).key)
  const [takes, refuses] = [await startReceiver(t), await startReceiver(t, answer(500))]
  await owner.make(takes)
  await owner.make(refuses)
  const listener = await listen(t, url, owner.key)
  await prometheus.scrapes(1)

  // Twice, with a scrape between: what happens once, and was never there before, has no rate.
  for (const seed of [1, 2]) {
    const whole = await photo({ seed })
    const { body } = await owner.program.upload(whole, { prefer: 'wait=30' })
    await owner.program.upload(whole)
    await owner.program.upload(Buffer.concat([whole.subarray(0, 400), Buffer.alloc(4_000)]), { prefer: 'wait=30' })
    sightengine.behave = plain(401, '')
    await owner.program.upload(await photo({ seed: seed + 10 }), { prefer: 'wait=30' })
    await listener.hears(body.id, 'analysis.completed')
    for (let n = 0; n < 7; n++) await free.upload(Buffer.from('no picture'))
    await owner.program.send(`/v1/analyses/${body.id}/media`)
    await owner.program.send('/v1/nothing')
    await owner.program.send(`/v1/analyses/${body.id}`, { method: 'DELETE' })
    await prometheus.scrapes(2)
  }

  const exprOf = (expr: string) => expr.replaceAll('$__rate_interval', '2m').replaceAll('$instance', '.+')
  for (const { title, expr } of panelQueries) {
    await t.resolves(eventually(async () => isData(await prometheus.query(exprOf(expr))), 20_000), `${title}: ${expr}`)
  }
  for (const definition of variableQueries) {
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition)!
    t.same(await prometheus.labelValues(label!, metric!), [new URL(url).host], definition)
  }

  for (const { type, name, query, health, lastError } of await prometheus.rules()) {
    t.equal(health, 'ok', `${name} ${lastError ?? ''}`)
    if (type === 'recording') await t.resolves(eventually(async () => isData(await prometheus.query(name)), 20_000), name)
    for (const metric of metricNames(query)) t.ok(isData(await prometheus.query(metric)), `${metric} of ${name}`)
  }
  t.same(await prometheus.query('ALERTS{alertstate="firing"}'), [])

  await app.close()
  await eventually(async () => (await prometheus.query('ALERTS{alertname="FakeTectDown"}')).length === 1, 30_000)
})
