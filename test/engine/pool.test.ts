import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createEngine, type Engine, type EngineOptions } from '../../src/engine/pool.ts'
import { engineVersion } from '../../src/engine/version.ts'
import { failureInEnglish } from '../language/inEnglish.ts'
import { photo } from './pictures.ts'
import { film } from './video/films.ts'

const hostileDetectors = fileURLToPath(new URL('hostileDetectors.ts', import.meta.url))

function startEngine(t: Test, options: Partial<EngineOptions> = {}): Engine {
  const engine = createEngine({ threads: 1, deadlineMs: 20_000, detectors: hostileDetectors, ...options })
  t.teardown(() => engine.close())
  return engine
}

/** A photograph whose analysis does what `hostileDetectors.ts` says. */
async function picture(what?: string): Promise<{ bytes: ArrayBuffer; mediaType: string }> {
  const file = await photo(what === undefined ? {} : { description: `hostile: ${what}` })
  return { bytes: new Uint8Array(file).buffer, mediaType: 'image/jpeg' }
}

t.test('a file is analysed in a thread, and its bytes are handed over, not copied', async (t) => {
  const engine = startEngine(t)
  const input = await picture()
  const report = await engine.analyze(input)
  t.match(report, { engineVersion, verdict: 'inconclusive', score: null, media: { mediaType: 'image/jpeg', width: 320, height: 240 } })
  t.equal(input.bytes.byteLength, 0)
  t.ok(report.evidence.every(({ bytes }) => bytes instanceof Uint8Array && bytes.byteLength > 0))
})

for (const { what, code, reason, deadlineMs = 20_000 } of [
  { what: 'throw', code: 'engine_crashed', reason: /detector hostile broke off: thrown on demand/ },
  { what: 'throw later', code: 'engine_crashed', reason: /thrown on demand, later/ },
  { what: 'exit', code: 'engine_crashed', reason: /exited/ },
  { what: 'heap', code: 'analysis_out_of_memory', reason: /memory/ },
  { what: 'loop', code: 'analysis_timed_out', reason: /longer than 3 seconds/, deadlineMs: 3_000 },
  { what: 'hang', code: 'analysis_timed_out', reason: /longer than 3 seconds/, deadlineMs: 3_000 }
]) {
  t.test(`a file that makes its thread ${what} fails alone: its neighbour and the next file are analysed`, async (t) => {
    const engine = startEngine(t, { threads: 2, deadlineMs })
    const [bad, neighbour] = await Promise.allSettled([engine.analyze(await picture(what)).catch(failureInEnglish), engine.analyze(await picture('slow 300'))])
    t.match(bad, { value: { name: 'EngineError', code, reason } })
    t.match(neighbour, { status: 'fulfilled' })
    // As many at once as there are threads: the pool is back at its full size.
    const next = await Promise.all([engine.analyze(await picture()), engine.analyze(await picture())])
    t.ok(next.every(({ verdict }) => verdict === 'inconclusive'))
    await engine.check()
  })
}

t.test('a video has a deadline of its own', async (t) => {
  const engine = startEngine(t, { deadlineMs: 20_000, videoDeadlineMs: 4_000 })
  const bytes = (await film({ width: 64, height: 48, frames: 4, tags: { title: 'hostile: hang' } })).buffer as ArrayBuffer
  t.match(await engine.analyze({ bytes, mediaType: 'video/mp4' }).catch(failureInEnglish), { code: 'analysis_timed_out', reason: /longer than 4 seconds/ })
})

t.test('time in the queue does not count against the deadline', async (t) => {
  const engine = startEngine(t, { threads: 1, deadlineMs: 4_000 })
  await engine.check()
  const results = await Promise.all([engine.analyze(await picture('slow 1500')), engine.analyze(await picture('slow 1500')), engine.analyze(await picture('slow 1500'))])
  t.equal(results.length, 3)
})

t.test('a caller who gives up gets the reason at once, whether the file runs or waits', async (t) => {
  const engine = startEngine(t)
  const [running, waiting] = [new AbortController(), new AbortController()]
  const first = engine.analyze(await picture('loop'), { signal: running.signal })
  const second = engine.analyze(await picture(), { signal: waiting.signal })
  const third = engine.analyze(await picture())
  waiting.abort(new Error('second thoughts'))
  await t.rejects(second, { message: 'second thoughts' })
  running.abort(new Error('enough'))
  await t.rejects(first, { message: 'enough' })
  t.match(await third, { verdict: 'inconclusive' })
})

t.test('a caller who has given up already is turned away, with the bytes left to him', async (t) => {
  const engine = startEngine(t)
  const input = await picture()
  await t.rejects(engine.analyze(input, { signal: AbortSignal.abort(new Error('too late')) }), { message: 'too late' })
  t.not(input.bytes.byteLength, 0)
})

t.test('check answers when a thread is idle, and when all are busy within their deadlines', async (t) => {
  const engine = startEngine(t)
  await t.resolves(engine.check())
  const busy = engine.analyze(await picture('slow 700'))
  await t.resolves(engine.check())
  await busy
})

t.test('check fails when the detectors can not be loaded', async (t) => {
  const engine = startEngine(t, { detectors: '/nonexistent/detectors.ts' })
  await t.rejects(engine.check(), { code: 'engine_crashed' })
})

t.test('a closed engine rejects what runs, what waits and what comes', async (t) => {
  const engine = startEngine(t)
  const running = engine.analyze(await picture('loop'))
  const waiting = engine.analyze(await picture())
  const closed = /engine is closed/
  const rejections = [t.rejects(running, closed), t.rejects(waiting, closed)]
  await engine.close()
  await Promise.all(rejections)
  await t.rejects(engine.analyze(await picture()), closed)
})

t.test('an undecodable file keeps its code across the border of the thread', async (t) => {
  const engine = startEngine(t)
  const bytes = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4]).buffer
  await t.rejects(engine.analyze({ bytes, mediaType: 'image/jpeg' }), { name: 'EngineError', code: 'undecodable_file' })
})

t.test('what a detector reports is made storable on its way out', async (t) => {
  const engine = startEngine(t)
  const { signals } = await engine.analyze(await picture('odd values'))
  const odd = signals.find(({ detector }) => detector === 'hostile')!
  t.equal(odd.code, 'odd \uFFFDvalues')
  t.match(odd.measured, { zero: 'a\uFFFDb', surrogate: 'a\uFFFDb', infinite: null })
  t.notOk('callable' in odd.measured)
  t.ok((odd.measured.long as string).length <= 2_000)
})
