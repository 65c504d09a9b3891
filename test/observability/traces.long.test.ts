import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { film } from '../engine/video/films.ts'
import { startProcess } from '../harness/process.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount } from '../harness/service.ts'
import { startCollector, type SentSpan } from './otlp.ts'

const marker = 'MARKER0marker1MARKER2marker3MARKER4x'
const INTERNAL = 1
const SERVER = 2
const CONSUMER = 5

const ground = await layGround(t)
const collector = await startCollector(t)
const outside = await startReceiver(t, answer(200, { 'content-type': 'application/json' }, '{"score": 0.2, "model": "test"}'))
const folder = temporaryFolder(t)
const loadedIn = (name: string) => ({ NODE_OPTIONS: `--import=${import.meta.dirname}/loadedModules.ts`, LOADED_MODULES_FILE: join(folder, name) })
const loaded = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '')

const traced = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_HEADERS: 'x-of-the-collector=on%20demand',
  OTEL_SERVICE_NAME: 'faketect-under-test',
  OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  OTEL_BSP_SCHEDULE_DELAY: '100'
}
const startWorker = () => startProcess(t, ground, { ...traced, ROLES: 'worker', DETECTOR_URL: outside.url, DETECTOR_TOKEN: marker })
const api = await startProcess(t, ground, { ...traced, ...loadedIn('traced'), ROLES: 'api' })
const { key, accountId } = await makeAccount(ground)
const { send, upload, get } = client(api.url, key)

const ofAnalysis = (id: string) => (span: SentSpan) => span.attributes['faketect.analysis.id'] === id
const seconds = (span: SentSpan) => Number(span.endedAt - span.beganAt) / 1e9

t.test('an analysis whose job was lost is traced nevertheless, from its attempt on', async (t) => {
  const { body } = await upload(await photo({ seed: 1 }))
  await ground.redis.stop()
  await ground.redis.start()
  await startWorker()
  t.match(await get(body.id, 30), { state: 'completed' })
  const [attempt] = await collector.gets(1, ofAnalysis(body.id))
  t.match(attempt, { name: 'attempt', kind: CONSUMER, parentSpanId: '' })
})

t.test('one trace goes from the upload through the ledger to another machine, its engine and its providers', async (t) => {
  for (const { name, bytes, steps } of [
    { name: 'a picture', bytes: await photo({ seed: 2 }), steps: ['decode', 'metadata', 'error_level', 'previews'] },
    { name: 'a video', bytes: Buffer.from(await film({ width: 64, height: 48, frames: 4 })), steps: ['decode', 'sampled_frames', 'previews'] }
  ]) {
    const { body, response } = await upload(bytes, { name: `${marker}.jpg` })
    t.match(await get(body.id, 30), { state: 'completed' })
    const [attempt] = await collector.gets(1, ofAnalysis(body.id))
    const { traceId } = attempt!
    const ofTrace = (span: SentSpan) => span.traceId === traceId
    const [request] = await collector.gets(1, (span) => ofTrace(span) && span.kind === SERVER)
    const spans = collector.spans.filter(ofTrace)
    const named = (wanted: string) => spans.find((span) => span.name === wanted)!
    const parentOf = ({ parentSpanId }: SentSpan) => spans.find(({ spanId }) => spanId === parentSpanId)

    t.match(request, {
      name: 'POST /v1/analyses',
      parentSpanId: '',
      attributes: { 'http.request.method': 'POST', 'http.route': '/v1/analyses', 'http.response.status_code': 202, 'faketect.request.id': response.headers.get('x-request-id')! },
      resource: { 'service.name': 'faketect-under-test', 'service.version': 'faketect@0.1.0', 'deployment.environment.name': 'test' }
    })
    t.match(attempt, { name: 'attempt', kind: CONSUMER, attributes: { 'faketect.attempt': 1, 'faketect.account.id': accountId } })
    const handler = parentOf(attempt!)!
    t.equal(parentOf(handler), request, 'the attempt was caused by what handled the request')
    for (const child of ['wait in the ledger', 'read the file', 'engine', 'provider http_detector', 'store the evidence', 'write the verdict'].filter((one) => name === 'a picture' || !one.startsWith('provider'))) {
      t.match(named(child), { kind: INTERNAL, parentSpanId: attempt!.spanId }, `${name}: ${child}`)
    }
    const engine = named('engine')
    for (const step of steps) {
      const span = named(`engine ${step}`)
      t.equal(parentOf(span), engine, `${name}: ${step}`)
      // By the clocks of two processes, or of two threads.
      t.ok(span.beganAt >= engine.beganAt - 5_000_000n && span.endedAt <= engine.endedAt + 5_000_000n, `${step} lies within its engine`)
      t.ok(seconds(span) >= 0 && seconds(span) < 30)
    }
    t.ok(spans.filter((span) => span.name.startsWith('engine ')).length >= steps.length)
  }
})

t.test('what a client sends as its own trace is linked to, and decides nothing', async (t) => {
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
  await send('/v1/plans', { headers: { traceparent: `00-${traceId}-${spanId}-00` } })
  const [span] = await collector.gets(1, ({ name }) => name === 'GET /v1/plans')
  t.match(span, { parentSpanId: '', links: [{ traceId, spanId }] })
  t.not(span!.traceId, traceId)
})

t.test('a failure is seen in its trace by its kind alone', async (t) => {
  await ground.database.query("ALTER TABLE analyses ADD CONSTRAINT refused CHECK (file_name NOT LIKE '%MARKER%') NOT VALID")
  const { response } = await upload(await photo({ seed: 3 }), { name: `${marker}.jpg` })
  await ground.database.query('ALTER TABLE analyses DROP CONSTRAINT refused')
  t.equal(response.status, 500)
  const [span] = await collector.gets(1, ({ attributes }) => attributes['faketect.request.id'] === response.headers.get('x-request-id'))
  t.match(span, { status: { code: 2, message: '' }, attributes: { 'http.response.status_code': 500 } })

  const { body } = await upload(await photo({ description: 'hostile: throw' }))
  await get(body.id, 30)
  const [attempt] = await collector.gets(1, ofAnalysis(body.id))
  const [engine] = await collector.gets(1, ({ name, traceId }) => name === 'engine' && traceId === attempt!.traceId)
  t.match(engine, { status: { code: 2, message: '' }, attributes: { 'error.type': 'engine_crashed' } })
})

t.test('nothing of what people send is told with it, and the collector gets the headers that it was promised', async (t) => {
  await fetch(`${api.url}/v1/shared/${marker}?token=${marker}`, { headers: { cookie: `ft_session=${marker}`, authorization: `Bearer ft_live_${marker}` } })
  await fetch(`${api.url}/nowhere/${marker}?email=somebody@people.example`)
  await collector.gets(2, ({ attributes }) => attributes['http.response.status_code'] === 404)
  const raw = collector.raw.join('\n')
  t.notMatch(raw, marker)
  t.notMatch(raw, 'somebody@people.example')
  t.notMatch(raw, key)
  t.ok(collector.raw.every((one) => one.includes('"x-of-the-collector":"on demand"')))
})

t.test('nothing of OpenTelemetry or Sentry is loaded where nobody wants it', async (t) => {
  t.match(loaded('traced'), /@fastify\/otel/)
  const plain = await startProcess(t, ground, loadedIn('plain'))
  t.equal((await fetch(`${plain.url}/healthz`)).status, 200)
  t.equal(loaded('plain'), '')
})
