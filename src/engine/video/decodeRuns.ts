import type { EncodedPacketSink, InputVideoTrack } from 'mediabunny'
import type { VideoDecoder, VideoFrame } from '@napi-rs/webcodecs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Packets } from './packets.ts'
import type { DecodingDeath } from './processMessages.ts'
import type { Run } from './sampling.ts'
import { sizeReader } from './codedSize.ts'
import { webCodecs } from './webcodecs.ts'

/** The largest frame that is decoded: 4K. A decoder holds up to some 30 frames, of 1.5 bytes a pixel (8 bits) or 3 (10 bits). */
export const maxFramePixels = 9_000_000

/** Frames on their way through the decoder or to the visitor at the same time. */
const maxInFlight = 3

/** For one run; a decoder that has not answered by then is given up. */
const runTimeoutMs = 8_000

/** Why frames could not be looked at: the last three end the process that tries to. */
export type DecodingProblem = 'no_decoder' | 'too_large' | 'broken' | DecodingDeath

export interface Decoded {
  /** Runs of which at least one frame came out. */
  runs: number
  frames: number
  /** The first thing that went wrong; runs that could be decoded count all the same. */
  problem: DecodingProblem | undefined
  /** Whether the time ended before all runs were decoded. */
  outOfTime: boolean
}

/**
 * Decodes runs of frames, one after another, and shows each frame to `visit`, which must not keep it: it is closed afterwards.
 * Never throws for what is in the film.
 *
 * @param until when to stop, by `performance.now()`
 */
export async function decodeRuns(
  track: InputVideoTrack,
  sink: EncodedPacketSink,
  packets: Packets,
  runs: readonly Run[],
  until: number,
  visit: (frame: VideoFrame, run: Run) => Promise<void>
): Promise<Decoded> {
  const result: Decoded = { runs: 0, frames: 0, problem: undefined, outOfTime: false }
  const codecs = await webCodecs()
  const config = await track.getDecoderConfig().catch(() => null)
  if (codecs === undefined || config === null) return { ...result, problem: 'no_decoder' }
  const described = { ...config, hardwareAcceleration: 'prefer-software' as const } as Parameters<VideoDecoder['configure']>[0]
  const { supported } = await codecs.VideoDecoder.isConfigSupported(described).catch(() => ({ supported: false }))
  if (!supported) return { ...result, problem: 'no_decoder' }
  const sizes = sizeReader(await track.getCodec(), config.description && bytesOf(config.description))
  if ((sizes.described ?? 0) > maxFramePixels) return { ...result, problem: 'too_large' }
  for (const run of runs) {
    if (performance.now() > until) return { ...result, outOfTime: true }
    const { frames, problem } = await decodeRun(run)
    result.frames += frames
    if (frames > 0) result.runs++
    result.problem ??= problem
  }
  return result

  /** With a decoder of its own: one that met broken data is of no use afterwards. */
  async function decodeRun(run: Run): Promise<{ frames: number; problem: DecodingProblem | undefined }> {
    const state: { frames: number; waiting: number; problem: DecodingProblem | undefined; isOver: boolean } = {
      frames: 0,
      waiting: 0,
      problem: undefined,
      isOver: false
    }
    let visits = Promise.resolve()
    const end = Math.min(until, performance.now() + runTimeoutMs)
    const decoder = new codecs!.VideoDecoder({
      output: (frame) => {
        state.waiting++
        visits = visits.then(() => show(frame)).finally(() => state.waiting--)
      },
      error: () => (state.problem ??= 'broken')
    })
    async function show(frame: VideoFrame): Promise<void> {
      try {
        if (state.isOver || state.problem !== undefined || state.frames >= run.packets) return
        if (frame.codedWidth * frame.codedHeight > maxFramePixels) state.problem = 'too_large'
        else {
          await visit(frame, run)
          state.frames++
        }
      } catch {
        // Such as a pixel format that can't be converted.
        state.problem ??= 'broken'
      } finally {
        frame.close()
      }
    }
    try {
      decoder.configure(described)
      let packet = await sink.getKeyPacket(packets.times[run.first]!)
      for (let fed = 0; packet !== null && fed < run.packets && state.problem === undefined; fed++) {
        if ((sizes.ofPacket(packet.data) ?? 0) > maxFramePixels) {
          state.problem = 'too_large'
          break
        }
        while (decoder.decodeQueueSize + state.waiting > maxInFlight && performance.now() < end && state.problem === undefined) await sleep(1)
        if (performance.now() > end) break
        const { type, microsecondTimestamp: timestamp, data } = packet
        decoder.decode(new codecs!.EncodedVideoChunk({ type, timestamp, data }))
        packet = await sink.getNextPacket(packet)
      }
      if (state.problem === undefined) await Promise.race([decoder.flush(), sleep(Math.max(1, end - performance.now()), undefined, { ref: false })])
      await visits
    } catch {
      // What the demuxer or the decoder throws for broken data.
      state.problem ??= 'broken'
      await visits
    } finally {
      // What comes out late is closed, and shown to nobody.
      state.isOver = true
      if (decoder.state !== 'closed') decoder.close()
      // The binding frees the frames and the decoder with the objects that stand for them, which are too small to be missed.
      globalThis.gc?.()
    }
    return { frames: state.frames, problem: state.problem }
  }
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source)
}
