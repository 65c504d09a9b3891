import sharp from 'sharp'
import { orient } from './rotation.ts'
import type { DecodedVideo } from './video.ts'

/** What is taken from a video for those outside of its process who look at pictures. */
export interface SampledVideo {
  durationSeconds: number
  /** In the order of their time, as displayed. None where nothing could be decoded. */
  stills: readonly Still[]
}

export interface Still {
  atSeconds: number
  jpeg: Uint8Array<ArrayBuffer>
}

/** So that what a still loses here is little beside what the video's own coding took. */
const quality = 95

/** Saves the whole frames that were kept of a video as JPEG. */
export async function sampledVideo({ durationSeconds, frames, orientation }: DecodedVideo): Promise<SampledVideo> {
  const stills: Still[] = []
  for (const { seconds, picture } of frames) {
    if (picture === undefined) continue
    const { data, width, height } = picture
    const jpeg = await orient(sharp(data, { raw: { width, height, channels: 3 } }), orientation).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
    stills.push({ atSeconds: seconds, jpeg: new Uint8Array(jpeg) })
  }
  return { durationSeconds, stills }
}
