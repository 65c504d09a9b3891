import t from 'tap'
import { readBoxes } from '../../../src/engine/containers/isobmff.ts'
import type { Report } from '../../../src/engine/types.ts'
import { inEnglish } from '../../language/inEnglish.ts'
import { examine, signalBy } from './examine.ts'
import { film } from './films.ts'

const small = { width: 96, height: 64, frames: 30 }

t.test('a camera’s film that an encoder has written again is told as such, without a verdict', async (t) => {
  const tags = { raw: { '©mak': 'Samsung', '©mod': 'SM-G998B', '©too': 'Lavf60.16.100' } }
  const report = await examine(await film({ ...small, tags }))
  const signal = signalBy(report, 'video_container')!
  t.match(signal, { code: 'saved_again', supports: null, measured: { camera: 'Samsung SM-G998B', brands: ['isom'], encoder: /^x264 - core/ } })
  t.match(signal.meaning, /saved again/)
  t.equal(report.verdict, 'inconclusive')
})

t.test('groups of pictures, writers and the place of the index are measured', async (t) => {
  const { measured } = signalBy(await examine(await film({ ...small, group: 10, container: 'mov', sound: true })), 'video_container')!
  t.match(measured, {
    brands: ['qt  '],
    groups: { count: 3, shortest: 10, median: 10, longest: 10 },
    indexFirst: false,
    fragmented: false,
    audioTracks: [{ codec: 'aac', channels: 2 }]
  })
  t.match((measured.writers as string[])[0], /^video handler: /)
})

t.test('a Matroska file names who wrote it', async (t) => {
  const { measured } = signalBy(await examine(await film({ ...small, container: 'mkv' })), 'video_container')!
  t.ok((measured.writers as string[]).some((writer) => writer.startsWith('writing application: ')))
})

/** Puts an edit list into the first track: `[seconds shown, from this second on]`. */
function withEdits(bytes: Uint8Array, edits: readonly (readonly [seconds: number, from: number])[]): Uint8Array {
  const file = Buffer.from(bytes)
  const boxes = readBoxes(file)
  const find = (path: string) => boxes.find((box) => box.path === path)!
  const timescales = ['moov/mvhd', 'moov/trak/mdia/mdhd'].map((path) => file.readUInt32BE(find(path).offset + 20))
  const list = Buffer.alloc(24 + edits.length * 12)
  list.writeUInt32BE(list.length, 0)
  list.write('edts', 4, 'latin1')
  list.writeUInt32BE(list.length - 8, 8)
  list.write('elst', 12, 'latin1')
  list.writeUInt32BE(edits.length, 20)
  edits.forEach(([seconds, from], entry) => {
    list.writeUInt32BE(Math.round(seconds * timescales[0]!), 24 + entry * 12)
    list.writeInt32BE(Math.round(from * timescales[1]!), 28 + entry * 12)
    list.writeUInt32BE(0x10000, 32 + entry * 12)
  })
  // Only of files whose index stands behind the media: no place in the file changes that the index names.
  const [movie, track] = [find('moov'), find('moov/trak')]
  for (const box of [movie, track]) file.writeUInt32BE(box.length + list.length, box.offset)
  return Buffer.concat([file.subarray(0, track.offset + 8), list, file.subarray(track.offset + 8)])
}

t.test('what an edit list hides is told, and an ordinary one is passed over', async (t) => {
  const whole = await film({ ...small, frames: 60, container: 'mov' })
  const hidden = inEnglish(await examine(withEdits(whole, [[0.5, 1]]))).signals.find(({ code }) => code === 'edit_list')!
  t.match(hidden.measured, { storedSeconds: 2, hiddenSeconds: 1.5, edits: [{ seconds: 0.5, from: 1, rate: 1 }] })
  t.match(hidden.meaning, /1\.5 of 2 stored seconds are not shown \(shown are 0:01 to 0:01\.50\)/)
  const pieces = inEnglish(await examine(withEdits(whole, [[1, 0], [1, 1]]))).signals.find(({ code }) => code === 'edit_list')!
  t.match(pieces.meaning, /in 2 pieces/)
  const ordinary = await examine(withEdits(whole, [[1.96, 0.04]]))
  t.notOk(ordinary.signals.some(({ code }) => code === 'edit_list'))
})

/** Describes the coding of the first track once more, as where a film was put together of several. */
function withSecondDescription(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes)
  const boxes = readBoxes(file)
  const list = boxes.find(({ path }) => path === 'moov/trak/mdia/minf/stbl/stsd')!
  const [first, end] = [list.offset + 16, list.offset + list.length]
  file.writeUInt32BE(2, list.offset + 12)
  const holds = ({ offset, length }: { offset: number; length: number }) => offset <= list.offset && offset + length >= end
  for (const box of boxes.filter(holds)) file.writeUInt32BE(box.length + end - first, box.offset)
  return Buffer.concat([file.subarray(0, end), file.subarray(first, end), file.subarray(end)])
}

t.test('a track with parts that were coded in different ways is told as joined', async (t) => {
  const plain = await film({ ...small, container: 'mov' })
  const joined = (report: Report) => inEnglish(report).signals.find(({ code }) => code === 'joined_recordings')
  t.match(joined(await examine(withSecondDescription(plain))), { supports: null, measured: { descriptions: 2 }, meaning: /coded in 2 different ways/ })
  t.equal(joined(await examine(plain)), undefined)
})

t.test('a film that was changed before it was made has dates that disagree', async (t) => {
  const bytes = Buffer.from(await film(small))
  const header = readBoxes(bytes).find(({ path }) => path === 'moov/mvhd')!
  t.notOk((await examine(bytes)).signals.some(({ code }) => code === 'dates_disagree'))
  bytes.writeUInt32BE(bytes.readUInt32BE(header.offset + 12) - 30 * 86_400, header.offset + 16)
  const signal = inEnglish(await examine(bytes)).signals.find(({ code }) => code === 'dates_disagree')
  t.match(signal?.meaning, /changed before it was made/)
})

t.test('what generators write into tags makes a verdict, in MP4 and in Matroska', async (t) => {
  const graph = JSON.stringify({ 3: { class_type: 'KSampler', inputs: { seed: 5, steps: 20 } } })
  for (const container of ['mp4', 'mkv'] as const) {
    const report = await examine(await film({ ...small, container, tags: { comment: JSON.stringify({ prompt: graph, workflow: {} }) } }))
    t.equal(report.verdict, 'ai_generated', container)
    t.match(signalBy(report, 'generator_traces'), { measured: { generator: 'ComfyUI' } })
  }
  const named = await examine(await film({ ...small, tags: { raw: { '©too': 'Kling AI' } } }))
  t.match(signalBy(named, 'generator_traces'), { supports: 'ai_generated', measured: { generator: 'Kling' } })
})

t.test('a comment names a generator by a set phrase alone, not by what it tells of the film', async (t) => {
  for (const comment of ['Generated with PixVerse', 'Made with Dream Machine']) {
    t.match(signalBy(await examine(await film({ ...small, tags: { comment } })), 'generator_traces'), { supports: 'ai_generated' }, comment)
  }
  for (const comment of ['PixVerse and Runway Gen-4 compared', 'Subtitles generated by OpenAI Whisper', 'Generated by OpenAI Whisper', 'The plane left the runway; made with care']) {
    t.equal(signalBy(await examine(await film({ ...small, tags: { comment } })), 'generator_traces'), undefined, comment)
  }
})
