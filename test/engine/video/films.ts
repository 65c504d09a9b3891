import { AudioEncoder, AudioData, VideoEncoder, VideoFrame, type EncodedAudioChunk, type EncodedVideoChunk } from '@napi-rs/webcodecs'
import {
  BufferTarget, EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, MkvOutputFormat, MovOutputFormat, Mp4OutputFormat, Output, WebMOutputFormat,
  type MetadataTags, type OutputFormat
} from 'mediabunny' // prettier-ignore
import { mulberry32 } from '../pictures.ts'

/**
 * Films made in code, so that no test needs a file of somebody's.
 */

export interface FilmOptions {
  container?: 'mp4' | 'mov' | 'webm' | 'mkv' | 'fragmented mp4'
  codec?: 'avc' | 'hevc' | 'vp8' | 'vp9' | 'av1'
  width?: number
  height?: number
  frames?: number
  frameRate?: number
  /** Frames from one key frame to the next. */
  group?: number
  bitrate?: number
  /** Numbers of frames that show what the one before showed. */
  repeated?: readonly number[]
  /** Numbers of frames that are left out when they are coded. */
  dropped?: readonly number[]
  /** Coded frames that stand in the film again behind its end, byte for byte: from the first of these numbers to before the second. */
  again?: readonly [from: number, to: number]
  /** How often all coded frames stand in the film, one time after another: long films at the cost of short ones. */
  loops?: number
  /** A picture that does not move. */
  still?: boolean
  tags?: MetadataTags
  /** A sound track with a tone. */
  sound?: boolean
  rotation?: 0 | 90 | 180 | 270
}

const codecStrings = { avc: 'avc1.42001E', hevc: 'hev1.1.6.L93.B0', vp8: 'vp8', vp9: 'vp09.00.10.08', av1: 'av01.0.04M.08' }

const formats: { readonly [container in NonNullable<FilmOptions['container']>]: () => OutputFormat } = {
  mp4: () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
  'fragmented mp4': () => new Mp4OutputFormat({ fastStart: 'fragmented' }),
  mov: () => new MovOutputFormat({ fastStart: false }),
  webm: () => new WebMOutputFormat(),
  mkv: () => new MkvOutputFormat()
}

/** A film of a textured picture that a window wanders over. The same options give the same pictures. */
export async function film(options: FilmOptions = {}): Promise<Uint8Array> {
  const { container = 'mp4', codec = 'avc', frames = 60, frameRate = 30, tags, rotation, sound = false, again, loops = 1 } = options
  const target = new BufferTarget()
  const output = new Output({ format: formats[container](), target })
  const source = new EncodedVideoPacketSource(codec)
  output.addVideoTrack(source, { frameRate, ...(rotation !== undefined && { rotation }) })
  const soundSource = new EncodedAudioPacketSource(container === 'webm' || container === 'mkv' ? 'opus' : 'aac')
  if (sound) output.addAudioTrack(soundSource, { languageCode: 'eng' })
  if (tags !== undefined) output.setMetadataTags(tags)
  await output.start()
  const coded = await codedFrames(options)
  const repeated = again === undefined ? [] : coded.slice(...again)
  const all = [...Array.from({ length: loops }, () => coded).flat(), ...repeated]
  for (const [number, { chunk, config }] of all.entries()) {
    const seconds = number < coded.length ? chunk.timestamp / 1e6 : (frames + number - coded.length) / frameRate
    await source.add(packetOf(chunk, seconds, 1 / frameRate), number === 0 ? (config as never) : undefined)
  }
  if (sound) for (const { chunk, config } of await codedSound(frames / frameRate, container)) await soundSource.add(packetOf(chunk, chunk.timestamp / 1e6, (chunk.duration ?? 0) / 1e6), config as never)
  await output.finalize()
  return new Uint8Array(target.buffer!)
}

function packetOf(chunk: EncodedVideoChunk | EncodedAudioChunk, seconds: number, duration: number): EncodedPacket {
  const data = new Uint8Array(chunk.byteLength)
  chunk.copyTo(data)
  return new EncodedPacket(data, chunk.type, seconds, duration)
}

async function codedFrames(options: FilmOptions): Promise<{ chunk: EncodedVideoChunk; config: unknown }[]> {
  const { codec = 'avc', width = 320, height = 240, frames = 60, frameRate = 30, group = 30, bitrate = 600_000, repeated = [], dropped = [], still = false } = options
  const chunks: { chunk: EncodedVideoChunk; config: unknown }[] = []
  let failure: Error | undefined
  const encoder = new VideoEncoder({ output: (chunk, config) => void chunks.push({ chunk, config }), error: (error) => (failure = error) })
  const format = codec === 'avc' ? { avc: { format: 'avc' as const } } : codec === 'hevc' ? { hevc: { format: 'hevc' as const } } : {}
  encoder.configure({ codec: codecStrings[codec], width, height, bitrate, framerate: frameRate, latencyMode: 'realtime', ...format })
  const ground = texture(width + 256, height + 128)
  let shown = 0
  for (let number = 0; number < frames; number++) {
    if (!repeated.includes(number) && !still) shown = number
    if (dropped.includes(number)) continue
    const frame = new VideoFrame(window(ground, width, height, shown), {
      format: 'I420',
      codedWidth: width,
      codedHeight: height,
      timestamp: Math.round((number * 1e6) / frameRate),
      duration: Math.round(1e6 / frameRate)
    })
    encoder.encode(frame, { keyFrame: number % group === 0 })
    frame.close()
    while (encoder.encodeQueueSize > 8) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await encoder.flush()
  encoder.close()
  if (failure !== undefined) throw failure
  return chunks
}

interface Texture {
  data: Uint8Array
  width: number
  height: number
}

function texture(width: number, height: number): Texture {
  const random = mulberry32(7)
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[y * width + x] = 128 + 50 * Math.sin(x / 17) + 40 * Math.cos(y / 11 + x / 41) + 20 * random()
  }
  return { data, width, height }
}

/** Another part of the texture for each number, in I420. */
function window({ data, width: stride }: Texture, width: number, height: number, number: number): Uint8Array {
  const frame = new Uint8Array(width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)).fill(128)
  const [left, top] = [(number * 3) % 256, number % 128]
  for (let y = 0; y < height; y++) frame.set(data.subarray((y + top) * stride + left, (y + top) * stride + left + width), y * width)
  return frame
}

async function codedSound(seconds: number, container: string): Promise<{ chunk: EncodedAudioChunk; config: unknown }[]> {
  const chunks: { chunk: EncodedAudioChunk; config: unknown }[] = []
  const [sampleRate, channels] = [48_000, 2]
  const encoder = new AudioEncoder({ output: (chunk, config) => void chunks.push({ chunk, config }), error: () => undefined })
  encoder.configure({ codec: container === 'webm' || container === 'mkv' ? 'opus' : 'mp4a.40.2', sampleRate, numberOfChannels: channels, bitrate: 96_000 })
  const samples = Math.floor(seconds * sampleRate)
  const tone = Float32Array.from({ length: samples * channels }, (_, at) => 0.3 * Math.sin((at % samples) / 20))
  const data = new AudioData({ format: 'f32-planar', sampleRate, numberOfFrames: samples, numberOfChannels: channels, timestamp: 0, data: new Uint8Array(tone.buffer) })
  encoder.encode(data)
  data.close()
  await encoder.flush()
  encoder.close()
  return chunks
}
