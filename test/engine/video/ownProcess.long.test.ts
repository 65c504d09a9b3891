import t from 'tap'
import { film } from './films.ts'
import { deeds } from './hostileDecoder.ts'
import { children, peakBytes, startEngine } from './processes.ts'

const engine = startEngine(t, 'hostileDecoder.ts', { videoDeadlineMs: 20_000 })

for (const { deed, code } of [
  { deed: 'loop', code: 'frames_take_long' },
  { deed: 'memory', code: 'frames_take_memory' }
] as const) {
  t.test(`a decoder that takes all the ${deed === 'loop' ? 'time' : 'memory'} is ended, and its video is analysed without its frames`, async (t) => {
    const bytes = (await film({ width: deeds[deed], height: 48, frames: 4 })).buffer as ArrayBuffer
    const { notChecked, signals } = await engine.analyze({ bytes, mediaType: 'video/mp4' })
    t.match(notChecked[0], { code })
    t.ok(signals.some(({ detector }) => detector === 'video_container'))
    t.same(children(), [])
  })
}

t.test('a film whose analysis takes all the memory later fails alone', async (t) => {
  const bytes = (await film({ width: 64, height: 48, frames: 4, tags: { title: 'hostile: native' } })).buffer as ArrayBuffer
  await t.rejects(engine.analyze({ bytes, mediaType: 'video/mp4' }), { code: 'analysis_out_of_memory' })
  const heap = (await film({ width: 64, height: 48, frames: 4, tags: { title: 'hostile: heap' } })).buffer as ArrayBuffer
  await t.rejects(engine.analyze({ bytes: heap, mediaType: 'video/mp4' }), { code: 'analysis_out_of_memory' })
})

t.test('a long 4K film takes less than 700 MB', async (t) => {
  const bytes = (await film({ width: 3840, height: 2160, frames: 20, group: 10, bitrate: 40_000_000, loops: 19 })).buffer as ArrayBuffer
  const long = startEngine(t, 'hostileDecoder.ts', { videoDeadlineMs: 120_000 })
  let peak = 0
  const watch = setInterval(() => (peak = Math.max(peak, ...children().map(peakBytes))), 100)
  const { notChecked } = await long.analyze({ bytes, mediaType: 'video/mp4' })
  clearInterval(watch)
  t.same(notChecked.slice(0, 1).map(({ code }) => code), ['frames_sampled'])
  t.comment(`peak: ${Math.round(peak / 1e6)} MB`)
  t.ok(peak < 700_000_000)
})
