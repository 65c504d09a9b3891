import { crc32 } from 'node:zlib'
import type { EncodedPacketSink } from 'mediabunny'

/** The coded frames of a video track, in the order in which they are stored: the same index in each array is the same frame. */
export interface Packets {
  length: number
  /** When each is shown, in seconds. */
  times: Float64Array
  sizes: Uint32Array
  /** 1 for a key frame, which can be decoded without another. */
  keys: Uint8Array
  /** CRC-32 of the coded bytes. */
  checksums: Uint32Array
  /** Whether these are all: very long films are read up to a limit. */
  complete: boolean
}

/** An hour at 60 frames a second is 216,000. */
export const maxPackets = 300_000

/** Reads them all, without decoding. */
export async function readPackets(sink: EncodedPacketSink): Promise<Packets> {
  const [times, sizes, keys, checksums]: number[][] = [[], [], [], []]
  let complete = true
  for await (const packet of sink.packets()) {
    if (times!.length >= maxPackets) {
      complete = false
      break
    }
    times!.push(packet.timestamp)
    sizes!.push(packet.byteLength)
    keys!.push(packet.type === 'key' ? 1 : 0)
    checksums!.push(crc32(packet.data))
  }
  return {
    length: times!.length,
    times: Float64Array.from(times!),
    sizes: Uint32Array.from(sizes!),
    keys: Uint8Array.from(keys!),
    checksums: Uint32Array.from(checksums!),
    complete
  }
}

/** Where each group of pictures begins: the indices of the key frames. */
export function groupStarts({ keys, length }: Packets): number[] {
  return Array.from({ length }, (_, index) => index).filter((index) => keys[index] === 1)
}
