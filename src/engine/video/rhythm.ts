import { groupStarts, type Packets } from './packets.ts'

/** A time in which the rhythm of the frames breaks. */
export interface Gap {
  /** When the frame before it is shown. */
  seconds: number
  /** How many frames are missing, by the rhythm of the rest. */
  missing: number
}

/** How evenly the frames of a film follow each other, by their time stamps alone. */
export interface Rhythm {
  /** The ordinary time from one frame to the next, in seconds; undefined where there are too few frames to tell. */
  stepSeconds: number | undefined
  /** The share of the steps that are within a tenth of the ordinary one. */
  evenness: number
  /** Steps of more than one and a half; only of an even rhythm: phones and screen recorders change it all the time. */
  gaps: Gap[]
  /** Frames that are shown at the same time as another. */
  doubled: number
}

const leastFrames = 24
/** From so many equal steps on, a longer one is an exception. */
const evenShare = 0.95

export function rhythmOf({ times, length }: Packets): Rhythm {
  const shown = times.slice().sort()
  const steps = shown.subarray(1).map((time, index) => time - shown[index]!)
  const positive = steps.filter((step) => step > 1e-6).sort()
  const step = positive[positive.length >> 1]
  const doubled = steps.length - positive.length
  if (length < leastFrames || step === undefined) return { stepSeconds: undefined, evenness: 0, gaps: [], doubled }
  const even = positive.filter((one) => Math.abs(one - step) <= 0.1 * step).length / positive.length
  const gaps: Gap[] = []
  if (even >= evenShare) {
    steps.forEach((one, index) => {
      if (one > 1.5 * step) gaps.push({ seconds: shown[index]!, missing: Math.round(one / step) - 1 })
    })
  }
  return { stepSeconds: step, evenness: even, gaps, doubled }
}

/**
 * Where a group of pictures ends too early although all others have one length: there a recording may have been cut or joined without
 * coding it again. Encoders that begin a group at each new scene have no such length, and nothing is said of them.
 *
 * @returns the times of the key frames behind the short groups
 */
export function brokenGroups(packets: Packets): number[] {
  const starts = groupStarts(packets)
  // The last one ends with the film.
  const lengths = starts.slice(1).map((start, group) => start - starts[group]!)
  const usual = lengths.toSorted((a, b) => a - b)[lengths.length >> 1]
  if (lengths.length < 8 || usual === undefined || usual < 2) return []
  if (lengths.filter((length) => length === usual).length < 0.9 * lengths.length) return []
  return lengths.flatMap((length, group) => (length < usual ? [packets.times[starts[group + 1]!]!] : []))
}

/** The same coded frames at two places of a film. */
export interface RepeatedStretch {
  firstSeconds: number
  againSeconds: number
  frames: number
}

/** Coded frames smaller than this tell nothing: all that stand still look alike. */
const tellingBytes = 400
const leastRepeated = 8

/**
 * Finds stretches that stand in the film twice, byte for byte: coded frames hold the noise of their moment, and no two recordings
 * are coded alike. Found by checksums of frames in a row, in the order of the file.
 */
export function repeatedStretches({ checksums, sizes, times, length }: Packets, most = 20): RepeatedStretch[] {
  const firsts = new Map<string, number>()
  const name = (index: number) => `${checksums[index]} ${sizes[index]}`
  const stretches: RepeatedStretch[] = []
  for (let index = 0; index < length && stretches.length < most; index++) {
    if (sizes[index]! < tellingBytes) continue
    const earlier = firsts.get(name(index))
    if (earlier === undefined) {
      firsts.set(name(index), index)
      continue
    }
    let frames = 0
    const distinct = new Set<string>()
    while (index + frames < length && earlier + frames < index && name(earlier + frames) === name(index + frames)) {
      if (sizes[index + frames]! >= tellingBytes) distinct.add(name(index + frames))
      frames++
    }
    if (distinct.size >= leastRepeated) {
      stretches.push({ firstSeconds: times[earlier]!, againSeconds: times[index]!, frames })
      index += frames - 1
    }
  }
  return stretches
}
