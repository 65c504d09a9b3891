import t from 'tap'
import { examine, signalBy } from './examine.ts'
import { film } from './films.ts'

t.test('a large film is looked at in parts all over it, and the report says how much', async (t) => {
  const report = await examine(await film({ width: 3840, height: 2160, frames: 4, group: 2, bitrate: 2_000_000, loops: 60 }))
  const { measured, meaning } = signalBy(report, 'frame_timing')!
  t.equal(measured.frames, 240)
  const lookedAt = measured.framesLookedAt as number
  t.ok(lookedAt >= 40 && lookedAt < 120)
  t.match(meaning, new RegExp(`Looked at: ${lookedAt} of 240 frames, in 8 of 8 seconds`))
  t.match(report.notChecked, [{ code: 'frames_sampled' }])
})
