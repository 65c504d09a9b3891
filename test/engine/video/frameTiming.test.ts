import t from 'tap'
import type { Json } from '../../../src/engine/types.ts'
import { examine, signalBy } from './examine.ts'
import { film, type FilmOptions } from './films.ts'

/** What is said of the frames of a film, and the time line. */
async function timingOf(options: FilmOptions) {
  const report = await examine(await film({ bitrate: 1_500_000, ...options }))
  const signal = signalBy(report, 'frame_timing')!
  const timeline = signal.measured.timeline as { second: number; strength: number; lookedAt: boolean; what: string }[]
  t.equal(signal.supports, null, 'it is context')
  return { ...signal, timeline, names: signal.evidence }
}

const secondsOf = (list: Json | undefined) => (list as { seconds: number }[]).map(({ seconds }) => Math.round(seconds * 30))

t.test('an untouched film has nothing in its time line', async (t) => {
  const { code, measured, timeline } = await timingOf({})
  t.equal(code, 'regular_frames')
  t.match(measured, { frames: 60, framesLookedAt: 60, gaps: [], repeats: [], stretches: [], cutGroups: [] })
  t.same(timeline, [
    { second: 0, lookedAt: true, strength: 0, what: '' },
    { second: 1, lookedAt: true, strength: 0, what: '' }
  ])
})

t.test('missing frames are told by the time stamps, with when and how many', async (t) => {
  const { code, measured, meaning, timeline } = await timingOf({ dropped: [40, 45, 46] })
  t.equal(code, 'irregular_frames')
  t.same(secondsOf(measured.gaps), [39, 44])
  t.match(meaning, /3 frames are missing \(after 0:01\.30, 0:01\.47\)/)
  t.equal(timeline[0]!.strength, 0)
  t.match(timeline[1], { strength: 0.5, what: '1 missing, 2 missing' })
})

t.test('repeated frames within movement are told from the decoded pictures, and shown in pairs', async (t) => {
  const { code, measured, names } = await timingOf({ repeated: [21, 44, 45, 46] })
  t.equal(code, 'irregular_frames')
  t.same(secondsOf(measured.repeats), [20, 43])
  t.same((measured.repeats as { frames: number }[]).map(({ frames }) => frames), [1, 3])
  t.same(names, ['video-frames.jpg', 'repeated-frames.jpg'])
})

t.test('frames that are repeated at equal steps are a conversion, and no irregularity', async (t) => {
  const { code, timeline } = await timingOf({ repeated: [4, 9, 14, 19, 24, 29, 34, 39, 44, 49, 54, 59] })
  t.equal(code, 'converted_frame_rate')
  t.ok(timeline.every(({ strength }) => strength === 0))
})

t.test('a film of something that does not move repeats nothing', async (t) => {
  t.match(await timingOf({ still: true }), { code: 'regular_frames', measured: { repeats: [], stretches: [] } })
})

t.test('a stretch that stands in the film twice is told with both its places', async (t) => {
  const { code, measured, meaning, timeline } = await timingOf({ again: [30, 60] })
  t.equal(code, 'irregular_frames')
  t.same(measured.stretches, [{ firstSeconds: 1, againSeconds: 2, frames: 30 }])
  t.match(meaning, /30 frames stands in the video twice, byte for byte \(at 0:01 and 0:02\)/)
  t.equal(timeline[2]!.strength, 1)
})

t.test('a group of coded frames that ends early among regular ones is told, and groups of any length are passed over', async (t) => {
  const { code, measured, meaning, timeline } = await timingOf({ width: 96, height: 64, frames: 66, group: 6, dropped: [28, 29] })
  t.equal(code, 'irregular_frames')
  t.same(measured.cutGroups, [1])
  t.match(meaning, /groups of coded frames break off early before 0:01/)
  t.match(timeline[1], { strength: 0.5, what: 'group of pictures cut short' })
  const uneven = await timingOf({ width: 96, height: 64, frames: 66, group: 6, dropped: [4, 5, 16, 17, 28, 29, 41, 52, 53] })
  t.same(uneven.measured.cutGroups, [])
})
