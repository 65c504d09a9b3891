import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { eventually } from '../../harness/eventually.ts'
import { inEnglish } from '../../language/inEnglish.ts'
import { photo } from '../pictures.ts'
import { film, type FilmOptions } from './films.ts'
import { deeds } from './hostileDecoder.ts'
import { children, startEngine } from './processes.ts'

const small = { height: 48, frames: 4 }
const input = async (options: FilmOptions) => ({ bytes: (await film({ ...small, ...options })).buffer as ArrayBuffer, mediaType: 'video/mp4' })

const engine = startEngine(t, 'hostileDecoder.ts', { threads: 2 })

t.test('a video on whose frames the decoder crashes is analysed without them, and the report says so', async (t) => {
  const crashing = await input({ width: deeds.segfault })
  const report = await engine.analyze(crashing)
  t.equal(crashing.bytes.byteLength, 0)
  t.same(report.notChecked.slice(0, 1).map(({ code }) => code), ['frames_crash_decoder'])
  t.match(report.media, { width: deeds.segfault, height: 48, videoCodec: 'avc' })
  t.match(report.signals.find(({ detector }) => detector === 'video_container'), { measured: { brands: ['isom'] } })
  t.match(report.signals.find(({ detector }) => detector === 'frame_timing'), { measured: { frames: 4, framesLookedAt: 0 } })
  t.same(children(), [])
})

t.test('a video whose process crashes later fails alone', async (t) => {
  const picture = { bytes: new Uint8Array(await photo({ description: 'hostile: slow 300' })).buffer, mediaType: 'image/jpeg' }
  const [bad, good] = await Promise.allSettled([engine.analyze(await input({ width: 64, tags: { title: 'hostile: segfault' } })), engine.analyze(picture)])
  t.match(bad, { status: 'rejected', reason: { name: 'EngineError', code: 'engine_crashed', cause: { message: /SIGSEGV/ } } })
  t.match(good, { status: 'fulfilled' })
  t.same(children(), [])
})

t.test('a caller who gives up ends the process', async (t) => {
  const enough = new AbortController()
  const running = engine.analyze(await input({ width: 64, tags: { title: 'hostile: loop' } }), { signal: enough.signal, onSampled: () => enough.abort(new Error('enough')) })
  await t.rejects(running, { message: 'enough' })
  await eventually(() => children().length === 0)
})

t.test('without the optional package of decoders a video is analysed without its frames', async (t) => {
  const { notChecked, signals } = inEnglish(await startEngine(t, 'withoutDecoder.ts').analyze(await input({ width: 64 })))
  t.match(notChecked[0], { code: 'frames_not_decodable', reason: /there is no decoder here for its codec/ })
  t.ok(signals.some(({ detector }) => detector === 'video_container'))
})

t.test('a process whose service is gone ends', async (t) => {
  const child = fork(fileURLToPath(new URL('../../../src/engine/video/process.ts', import.meta.url)), { serialization: 'advanced', stdio: ['pipe', 'ignore', 'ignore', 'ipc'] })
  child.disconnect()
  t.same(await once(child, 'exit'), [null, 'SIGKILL'])
})
