import sharp from 'sharp'
import t, { type Test } from 'tap'
import { createEngine, type Engine } from '../../../src/engine/pool.ts'
import { examine } from '../../../src/engine/providers/examine.ts'
import type { Provider } from '../../../src/engine/providers/provider.ts'
import { sightengine } from '../../../src/engine/providers/sightengine.ts'
import { credentials, startSightengine } from '../../harness/sightengine.ts'
import { film } from '../video/films.ts'

const engine = createEngine({ threads: 1, deadlineMs: 60_000 })
t.teardown(() => engine.close())

/** A film, looked at by an engine of one thread and by Sightengine's stand-in. */
async function examined(t: Test, bytes: Uint8Array) {
  const standIn = await startSightengine(t)
  standIn.scores = { ai_generated: 0.99, deepfake: 0.01 }
  const provider = sightengine({ url: standIn.url, user: credentials.user, secret: credentials.secret })
  t.teardown(() => provider.close?.())
  const copy = () => new Uint8Array(bytes).buffer
  const examination = await examine(
    { engine, providers: [provider], providerTimeoutMs: 1, videoProviderTimeoutMs: 30_000 },
    { bytes: copy(), mediaType: 'video/mp4' },
    { providers: [provider], bytes: copy() },
    1,
    new AbortController().signal
  )
  return { standIn, ...examination }
}

t.test('a video of less than a minute is sent whole', async (t) => {
  const bytes = await film({ frames: 10, width: 160, height: 120 })
  const { standIn, report, degraded } = await examined(t, bytes)
  t.equal(degraded, null)
  t.match(standIn.asked, [{ path: '/1.0/video/check-sync.json', media: { type: 'video/mp4' } }])
  t.ok(standIn.asked[0]?.media.bytes.equals(bytes))
  t.match(report, { verdict: 'ai_generated', signals: [{ detector: 'sightengine' }] })
})

t.test('of a longer one the stills that the thread has taken are sent, as they are displayed', async (t) => {
  const { standIn, report, degraded } = await examined(t, await film({ frames: 10, frameRate: 1, group: 5, loops: 7, width: 160, height: 120, rotation: 90 }))
  t.equal(degraded, null)
  t.ok((report.media.durationSeconds ?? 0) > 60, `${report.media.durationSeconds} s`)
  t.ok(standIn.asked.length > 1 && standIn.asked.length <= 10, `${standIn.asked.length} stills`)
  for (const { path, media } of standIn.asked) {
    t.equal(path, '/1.0/check.json')
    t.match(await sharp(media.bytes).metadata(), { format: 'jpeg', width: 120, height: 160 })
  }
  t.match(report, { verdict: 'ai_generated', signals: [{ detector: 'sightengine', measured: { momentsAsked: standIn.asked.length } }] })
})

t.test('what the thread took for the stills is part of the provider’s time', async (t) => {
  const { report } = await examined(t, await film({ frames: 10, width: 160, height: 120 }))
  let left = Infinity
  const provider: Provider = {
    id: 'patient',
    version: '1',
    kinds: ['video'],
    examine: async ({ sampled }, _signal, dueAt) => {
      t.equal(sampled?.durationSeconds, 10)
      left = dueAt - performance.now()
      return []
    }
  }
  const slowEngine: Engine = {
    ...engine,
    analyze: async (_input, { onSampled } = {}) => {
      onSampled?.({ durationSeconds: 10, stills: [] }, 40_000)
      return report
    }
  }
  await examine(
    { engine: slowEngine, providers: [provider], providerTimeoutMs: 1, videoProviderTimeoutMs: 60_000 },
    { bytes: new ArrayBuffer(1), mediaType: 'video/mp4' },
    { providers: [provider], bytes: new ArrayBuffer(1) },
    1,
    new AbortController().signal
  )
  t.ok(left > 0 && left <= 20_000, `${left} ms`)
})
