import t from 'tap'
import { readBoxes } from '../../../src/engine/containers/isobmff.ts'
import { EngineError } from '../../../src/engine/types.ts'
import { examine } from './examine.ts'
import { mulberry32 } from '../pictures.ts'
import { film } from './films.ts'

const small = { width: 64, height: 48, frames: 8, group: 4 }

/** A report, or an error with a code: anything else would be a fault of ours. */
async function outcomeOf(bytes: Uint8Array): Promise<string> {
  try {
    const { media } = await examine(bytes)
    return media.width > 0 ? 'report' : 'a report without a size'
  } catch (error) {
    if (error instanceof EngineError && error.code === 'undecodable_file') return 'undecodable'
    throw error
  }
}

t.test('a film that is cut anywhere gives a report or is undecodable', async (t) => {
  for (const container of ['mp4', 'fragmented mp4', 'mov', 'mkv'] as const) {
    const bytes = await film({ ...small, container })
    for (const share of [0.02, 0.1, 0.3, 0.7, 0.95, 0.999]) {
      // The signature is left: without it nobody would take it for a film.
      t.ok(['report', 'undecodable'].includes(await outcomeOf(bytes.slice(0, Math.max(64, Math.floor(bytes.length * share))))), `${container}, ${share}`)
    }
  }
})

t.test('a film whose bytes are changed at random gives a report or is undecodable', async (t) => {
  const random = mulberry32(11)
  const seeds = [await film({ ...small, sound: true }), await film({ ...small, container: 'mkv' }), await film({ ...small, container: 'mov', codec: 'hevc' })]
  for (let round = 0; round < 45; round++) {
    const bytes = Buffer.from(seeds[round % seeds.length]!)
    for (let change = 0; change < 3; change++) {
      const at = 40 + Math.floor(random() * (Math.min(bytes.length, 2_500) - 44))
      if (round % 2 === 0) bytes[at] = Math.floor(random() * 256)
      else bytes.writeUInt32BE([0, 1, 8, 0x10000, 0x7fffffff, 0xffffffff][Math.floor(random() * 6)]!, at)
    }
    t.ok(['report', 'undecodable'].includes(await outcomeOf(bytes)), `round ${round}`)
  }
})

/** Overwrites a number behind the header of a box. */
function withNumber(bytes: Uint8Array, path: string, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes)
  const box = readBoxes(changed).find((one) => one.path === path)!
  changed.writeUInt32BE(value, box.offset + 8 + at)
  return changed
}

t.test('tables that claim millions of entries are refused before they are built', async (t) => {
  const bytes = await film(small)
  for (const [table, at] of [['stts', 4], ['stsz', 8], ['stsc', 4], ['stco', 4], ['stss', 4]] as const) {
    const lying = withNumber(bytes, `moov/trak/mdia/minf/stbl/${table}`, at, 0xffff_fff0)
    await t.rejects(examine(lying), { code: 'undecodable_file', reason: { values: { type: table } } }, table)
  }
})

t.test('a film of a codec that nobody here decodes is analysed without its frames, and the report says so', async (t) => {
  const bytes = Buffer.from(await film(small))
  const description = readBoxes(bytes).find(({ type }) => type === 'stsd')!
  bytes.write('xyz1', bytes.indexOf('avc1', description.offset, 'latin1'), 'latin1')
  const report = await examine(bytes)
  t.equal(report.media.videoCodec, 'xyz1')
  t.ok(report.notChecked.some(({ code }) => code === 'frames_not_decodable'))
  t.match(report.signals.find(({ detector }) => detector === 'frame_timing'), { measured: { frames: 8, framesLookedAt: 0 } })
})

t.test('a frame that lasts for years, and films of no time at all, end in a report', async (t) => {
  const bytes = await film(small)
  const stts = 'moov/trak/mdia/minf/stbl/stts'
  for (const delta of [0, 0x7fff_ffff]) {
    const report = await examine(withNumber(bytes, stts, 12, delta))
    const { timeline } = report.signals.find(({ detector }) => detector === 'frame_timing')!.measured
    t.ok((timeline as unknown[]).length <= 200, `a delta of ${delta}`)
  }
  t.match((await examine(await film({ ...small, frames: 1 }))).media, { durationSeconds: 0, frameRate: null })
})
