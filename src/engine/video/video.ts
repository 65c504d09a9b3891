import { BufferSource, EncodedPacketSink, Input, MATROSKA, MP4, QTFF, WEBM, type InputAudioTrack, type InputVideoTrack } from 'mediabunny'
import { sentence } from '../../language/sentence.ts'
import type { Orientation } from '../image.ts'
import type { Metadata } from '../metadata.ts'
import type { VideoMediaType } from '../mediaTypes.ts'
import { EngineError, type AudioTrack, type NotChecked } from '../types.ts'
import { readContainer, type Container } from './container.ts'
import { decodeRuns, maxFramePixels, type Decoded, type DecodingProblem } from './decodeRuns.ts'
import { encoderNotes } from './encoderNotes.ts'
import { sampleFrame, type SampledFrame } from './frames.ts'
import { maxPackets, readPackets, type Packets } from './packets.ts'
import { orientationOf } from './rotation.ts'
import { planRuns } from './sampling.ts'
import { videoMetadata } from './tags.ts'

/** One film as the detectors see it: read once, and decoded in part. */
export interface DecodedVideo {
  kind: 'video'
  /** The whole file. */
  bytes: Uint8Array
  mediaType: VideoMediaType
  /** In pixels, as displayed. */
  width: number
  height: number
  /** How frames, as they are stored, are turned for display. */
  orientation: Orientation
  /** From the first frame to the end of the last. */
  durationSeconds: number
  /** Frames a second on average; null where there are too few to tell. */
  frameRate: number | null
  /** The codec's short name, e.g. `avc`, or what the container calls it. */
  codec: string
  audioTracks: AudioTrack[]
  container: Container
  /** All that the file says about itself, as of a picture. */
  metadata: Metadata
  /** What the encoder wrote into the first frame: its name, its settings. */
  encoder: string | undefined
  packets: Packets
  /** In the order in which they are shown. */
  frames: SampledFrame[]
  decoded: Decoded
  notChecked: NotChecked[]
}

/** How much of the deadline of a film may go into decoding frames; the rest is for looking at them. */
const decodingMs = 25_000

/** Whole frames that are kept for the picture detectors: so many, and so many pixels together. */
const maxPictures = 8
const picturesPixels = 9_000_000

const maxAudioTracks = 32

/**
 * Reads a film and decodes a part of its frames.
 *
 * @param withoutFrames why no frame is to be decoded, where that was tried before
 * @throws {EngineError} `undecodable_file` when there is no film in it, or none that can be read
 */
export async function decodeVideo(bytes: Uint8Array, mediaType: VideoMediaType, withoutFrames?: DecodingProblem): Promise<DecodedVideo> {
  const container = readContainer(bytes, mediaType)
  using input = new Input({ source: new BufferSource(bytes), formats: [MP4, QTFF, WEBM, MATROSKA] })
  const track = await readable(() => input.getPrimaryVideoTrack())
  if (track === null) throw new EngineError('undecodable_file', sentence('There is no video track in the file'))
  const facts = await readable(() => factsOf(track))
  const sink = new EncodedPacketSink(track)
  const packets = await readable(() => readPackets(sink))
  if (packets.length === 0) throw new EngineError('undecodable_file', sentence('There are no frames in the file'))
  const audioTracks = await readable(async () => Promise.all((await input.getAudioTracks()).slice(0, maxAudioTracks).map(audioTrackOf)))
  const tags = await input.getMetadataTags().catch(() => ({}))
  const { frames, decoded, notChecked } = await sampled(track, sink, packets, facts, withoutFrames)
  const first = await sink.getFirstPacket().catch(() => null)
  return {
    kind: 'video',
    bytes,
    mediaType,
    ...facts,
    ...timing(packets),
    audioTracks,
    container,
    metadata: videoMetadata(container, tags),
    encoder: first === null ? undefined : encoderNotes(first.data),
    packets,
    frames,
    decoded,
    notChecked
  }
}

/** What the demuxer throws is said of the file; what runs out of memory, or is no error of the file, goes on. */
async function readable<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof EngineError || (error instanceof RangeError && /allocation|array length/i.test(error.message))) throw error
    throw new EngineError('undecodable_file', sentence('The video in the file is damaged or cut short and can not be read'), { cause: error })
  }
}

async function factsOf(track: InputVideoTrack) {
  const [width, height, rotation] = [await track.getDisplayWidth(), await track.getDisplayHeight(), await track.getRotation()]
  const codec = (await track.getCodec()) ?? String(await track.getInternalCodecId())
  if (!(width > 0 && height > 0)) throw new EngineError('undecodable_file', sentence('The frames of the video have no size'))
  return { width: Math.round(width), height: Math.round(height), orientation: orientationOf(rotation), codec }
}

/** @param track of sound: listed, not listened to */
async function audioTrackOf(track: InputAudioTrack): Promise<AudioTrack> {
  return {
    codec: (await track.getCodec()) ?? String(await track.getInternalCodecId()),
    channels: await track.getNumberOfChannels(),
    sampleRate: await track.getSampleRate(),
    durationSeconds: await track.getDurationFromMetadata().catch(() => null),
    language: await track.getLanguageCode(),
    name: await track.getName()
  }
}

function timing({ times, length }: Packets): { durationSeconds: number; frameRate: number | null } {
  let [first, last] = [Infinity, -Infinity]
  for (const time of times) [first, last] = [Math.min(first, time), Math.max(last, time)]
  const span = last - first
  if (length < 2 || !(span > 0)) return { durationSeconds: 0, frameRate: null }
  const frameRate = (length - 1) / span
  return { durationSeconds: span + 1 / frameRate, frameRate }
}

/** Decodes what the plan says, as far as the time goes. */
async function sampled(
  track: InputVideoTrack,
  sink: EncodedPacketSink,
  packets: Packets,
  facts: { orientation: Orientation },
  withoutFrames: DecodingProblem | undefined
): Promise<Pick<DecodedVideo, 'frames' | 'decoded' | 'notChecked'>> {
  const framePixels = (await track.getCodedWidth()) * (await track.getCodedHeight())
  const runs = planRuns(packets, framePixels)
  const frames: SampledFrame[] = []
  const seen = new Set<number>()
  const shown = packets.times.toSorted()
  const scratch = { bytes: new Uint8Array(0), rgba: new Uint8Array(0) }
  const pictures = Math.min(maxPictures, Math.floor(picturesPixels / framePixels))
  const reason = framePixels > maxFramePixels ? 'too_large' : withoutFrames
  const decoded: Decoded =
    reason !== undefined
      ? { runs: 0, frames: 0, problem: reason, outOfTime: false }
      : await decodeRuns(track, sink, packets, runs, performance.now() + decodingMs, async (frame, run) => {
          const isFirst = !seen.has(run.first)
          seen.add(run.first)
          const keep = { thumbnail: isFirst, picture: isFirst && seen.size <= pictures }
          frames.push(await sampleFrame(frame, shown, facts.orientation, keep, scratch))
        })
  frames.sort((a, b) => a.seconds - b.seconds)
  return { frames, decoded, notChecked: gaps(packets, decoded, framePixels) }
}

const problems = {
  no_decoder: { code: 'frames_not_decodable', why: sentence('there is no decoder here for its codec') },
  broken: { code: 'frames_damaged', why: sentence('they are damaged') },
  crashed: { code: 'frames_crash_decoder', why: sentence('the decoder breaks down on them') },
  out_of_memory: { code: 'frames_take_memory', why: sentence('decoding them takes more memory than one file may have') },
  stuck: { code: 'frames_take_long', why: sentence('the decoder does not come to an end with them') },
  too_large: { code: 'frames_too_large', why: sentence('they have more than {megapixels, number} million pixels', { megapixels: maxFramePixels / 1e6 }) }
} as const

/** What of the film was not looked at. */
function gaps(packets: Packets, { frames, problem, outOfTime }: Decoded, framePixels: number): NotChecked[] {
  const notChecked: NotChecked[] = []
  if (problem !== undefined) {
    const { code, why } = problems[problem]
    const megapixels = Math.round(framePixels / 1e5) / 10
    const reason =
      frames === 0
        ? sentence('The frames of the video ({megapixels, number} million pixels each) could not be looked at: {why}.', { megapixels, why })
        : sentence('Some frames of the video ({megapixels, number} million pixels each) could not be looked at: {why}.', { megapixels, why })
    notChecked.push({ code, reason })
  }
  if (frames > 0 && frames < packets.length) {
    const why = outOfTime ? sentence('the time for one analysis ended') : sentence('looking at all of them would take too long')
    const counted = { frames, all: packets.length, why }
    const reason = packets.complete
      ? sentence('{frames, number} of {all, number} frames were looked at, spread over the video: {why}.', counted)
      : sentence('{frames, number} of {all, number} or more frames were looked at, spread over the video: {why}.', counted)
    notChecked.push({ code: 'frames_sampled', reason })
  }
  if (!packets.complete) {
    notChecked.push({ code: 'video_too_long', reason: sentence('Only the first {frames, number} frames of the video were taken into account.', { frames: maxPackets }) })
  }
  return notChecked
}
