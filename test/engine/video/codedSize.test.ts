import { BufferSource, EncodedPacketSink, Input, MATROSKA, MP4, QTFF, WEBM } from 'mediabunny'
import t from 'tap'
import { sizeReader } from '../../../src/engine/video/codedSize.ts'
import { decodeVideo } from '../../../src/engine/video/video.ts'
import { film, type FilmOptions } from './films.ts'

for (const { codec, multiple, frames = 2, ...size } of [
  { codec: 'avc', multiple: 16, width: 98, height: 66 },
  { codec: 'hevc', multiple: 16, width: 98, height: 66 },
  { codec: 'vp8', multiple: 1, width: 98, height: 66 },
  { codec: 'vp9', multiple: 1, width: 98, height: 66 },
  { codec: 'av1', multiple: 2, width: 98, height: 66, frames: 1 }
] as { codec: NonNullable<FilmOptions['codec']>; multiple: number; width: number; height: number; frames?: number }[]) {
  t.test(`the size of a frame is read from the header of ${codec}, not from the container`, async (t) => {
    const bytes = await film({ ...size, codec, frames, container: 'mkv' })
    using input = new Input({ source: new BufferSource(bytes), formats: [MP4, QTFF, WEBM, MATROSKA] })
    const track = (await input.getPrimaryVideoTrack())!
    const { description } = (await track.getDecoderConfig())!
    const reader = sizeReader(codec, description as Uint8Array | undefined)
    const packet = (await new EncodedPacketSink(track).getFirstPacket())!
    const said = reader.ofPacket(packet.data) ?? reader.described
    const up = (value: number) => Math.ceil(value / multiple) * multiple
    t.equal(said, up(size.width) * up(size.height))
  })
}

t.test('a film whose frames claim to be larger than the decoder has room for is not decoded, and the report says so', async (t) => {
  const bytes = Buffer.from(await film({ width: 64, height: 64, frames: 4, container: 'webm', codec: 'vp8' }))
  // The key frame's start code, then width and height of 14 bits each.
  let changed = 0
  for (let at = bytes.indexOf('9d012a', 0, 'hex'); at >= 0; at = bytes.indexOf('9d012a', at + 3, 'hex')) {
    bytes.writeUInt16LE(16_383, at + 3)
    bytes.writeUInt16LE(16_383, at + 5)
    changed++
  }
  t.ok(changed > 0)
  const video = await decodeVideo(bytes, 'video/webm')
  t.match(video, { frames: [], decoded: { problem: 'too_large' }, notChecked: [{ code: 'frames_too_large' }] })
})

t.test('headers of nonsense end, whatever they hold', async (t) => {
  const random = Uint8Array.from({ length: 5_000 }, (_, at) => (at * 7919) % 251)
  for (const codec of ['avc', 'hevc', 'vp8', 'vp9', 'av1', null] as const) {
    for (const data of [new Uint8Array(0), new Uint8Array(3_000), new Uint8Array(3_000).fill(255), random]) {
      for (const start of [[], [0, 0, 0, 40, 0x67], [0, 0, 0, 40, 0x42, 1], [0x0a, 0xff], [0x82, 0x49, 0x83, 0x42]]) {
        const packet = Uint8Array.from([...start, ...data])
        t.ok((sizeReader(codec, packet).ofPacket(packet) ?? 0) >= 0)
      }
    }
  }
})
