import t from 'tap'
import { inSpreadOrder, maxFrames, maxRuns, pixelBudget, planRuns, type Run } from '../../../src/engine/video/sampling.ts'
import { decodeVideo } from '../../../src/engine/video/video.ts'
import { sniffMediaType, type VideoMediaType } from '../../../src/engine/mediaTypes.ts'
import { examine } from './examine.ts'
import { film, type FilmOptions } from './films.ts'

type Container = NonNullable<FilmOptions['container']>
type Codec = NonNullable<FilmOptions['codec']>

const small = { width: 96, height: 64, frames: 12, group: 6 }

for (const { mediaType, codec, container, frames = 12 } of [
  { mediaType: 'video/mp4', container: 'mp4', codec: 'avc' },
  { mediaType: 'video/mp4', container: 'fragmented mp4', codec: 'avc' },
  { mediaType: 'video/quicktime', container: 'mov', codec: 'hevc' },
  { mediaType: 'video/webm', container: 'webm', codec: 'vp9' },
  { mediaType: 'video/webm', container: 'webm', codec: 'vp8', frames: 4 },
  { mediaType: 'video/matroska', container: 'mkv', codec: 'avc' },
  { mediaType: 'video/mp4', container: 'mp4', codec: 'av1', frames: 2 }
] as { mediaType: VideoMediaType; container: Container; codec: Codec; frames?: number }[]) {
  t.test(`a film in ${container} with ${codec} is told by its bytes, and all its frames are decoded`, async (t) => {
    const bytes = await film({ ...small, codec, container, frames })
    t.same(await sniffMediaType(bytes.subarray(0, 4_100)), { mediaType, kind: 'video' })
    const video = await decodeVideo(bytes, mediaType)
    t.match(video, { width: 96, height: 64, codec, orientation: 1, notChecked: { length: 0 } })
    t.equal(video.frames.length, frames)
    t.equal(video.decoded.problem, undefined)
    t.same(video.frames.map(({ position }) => position), [...video.frames.keys()])
    // The film is grey.
    const { thumbnail, picture } = video.frames.find((frame) => frame.thumbnail !== undefined)!
    for (const shown of [thumbnail, picture]) t.ok(spreadOfColours(shown!.data) < 12, `${spreadOfColours(shown!.data)} levels between red, green and blue`)
  })
}

/** How far apart the channels of a pixel are at most. */
function spreadOfColours(rgb: Uint8Array): number {
  let spread = 0
  for (let at = 0; at < rgb.length; at += 3) {
    const [red, green, blue] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!]
    spread = Math.max(spread, Math.max(red, green, blue) - Math.min(red, green, blue))
  }
  return spread
}

t.test('a report tells of time, codecs and sound', async (t) => {
  const { media, verdict, evidence } = await examine(await film({ ...small, frames: 30, sound: true, rotation: 90 }))
  t.match(media, { mediaType: 'video/mp4', width: 64, height: 96, durationSeconds: 1, frameRate: 30, videoCodec: 'avc' })
  t.match(media.audioTracks, [{ codec: 'aac', channels: 2, sampleRate: 48_000, language: 'eng' }])
  t.equal(verdict, 'inconclusive')
  t.match(evidence, [{ name: 'video-frames.jpg', mediaType: 'image/jpeg', layer: 'beside' }])
})

t.test('what is decoded of a film is all of it where that is cheap, else runs spread over it, the first of them too', async (t) => {
  const length = 9_000
  const packets = {
    length,
    times: Float64Array.from({ length }, (_, frame) => frame / 30),
    sizes: new Uint32Array(length),
    keys: Uint8Array.from({ length }, (_, frame) => (frame % 30 === 0 ? 1 : 0)),
    checksums: new Uint32Array(length),
    complete: true
  }
  const total = (runs: Run[]) => runs.reduce((sum, run) => sum + run.packets, 0)
  t.equal(total(planRuns(packets, 160 * 120)), length)
  t.ok(total(planRuns({ ...packets, length: 300_000, keys: new Uint8Array(300_000).fill(1) }, 16 * 16)) <= maxFrames)
  const runs = planRuns(packets, 1920 * 1080)
  t.equal(runs.length, maxRuns)
  t.ok(total(runs) * 1920 * 1080 <= pixelBudget)
  t.ok(runs.every(({ first, packets: some }) => first % 30 === 0 && some > 1))
  const early = runs.slice(0, 4).map(({ first }) => Math.floor((4 * first) / length))
  t.same(early.sort((a, b) => a - b), [0, 1, 2, 3], 'a quarter each')
  t.same(inSpreadOrder([0, 1, 2, 3, 4]).sort((a, b) => a - b), [0, 1, 2, 3, 4])
})
