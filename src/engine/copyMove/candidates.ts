import type { Match } from './matches.ts'

/** A displacement on which matches agree, in full-resolution pixels. */
export interface Candidate {
  dx: number
  dy: number
  matches: Match[]
}

/** A displacement that fewer matches share is chance. */
const leastVotes = 4
/** The strongest displacements are looked at closely; a picture with many is one of repetitions. */
const maxCandidates = 16

/**
 * The displacements that more matches share than those around them, most outstanding first.
 *
 * @param tolerance width of a bin in full-resolution pixels
 */
export function candidatesOf(matches: readonly Match[], tolerance: number): Candidate[] {
  const bins = new Map<number, number[]>()
  // Keys hold both bins: 2^16 bins a side are more than any picture has.
  const keyOf = (column: number, row: number) => (column + 0x8000) * 0x10000 + row + 0x8000
  const binOf = (distance: number) => Math.floor(distance / tolerance)
  for (const [index, { x, y, toX, toY }] of matches.entries()) {
    const key = keyOf(binOf(toX - x), binOf(toY - y))
    const bin = bins.get(key)
    if (bin === undefined) bins.set(key, [index])
    else bin.push(index)
  }
  const countAround = (key: number, reach: number) => {
    let count = 0
    for (const near of neighbours(key, reach)) count += bins.get(near)?.length ?? 0
    return count
  }
  const peaks: { key: number; rank: number }[] = []
  for (const key of bins.keys()) {
    const votes = countAround(key, 1)
    if (votes < leastVotes) continue
    // Things that resemble themselves, grass or hair, spread their votes over many short displacements: a copy has one alone.
    const expected = ((countAround(key, 4) - votes) * 9) / (81 - 9)
    peaks.push({ key, rank: (votes - expected) / Math.sqrt(1 + expected) })
  }
  peaks.sort((a, b) => b.rank - a.rank || a.key - b.key)
  const candidates: Candidate[] = []
  const taken = new Set<number>()
  for (const { key } of peaks) {
    if (candidates.length === maxCandidates) break
    if (taken.has(key)) continue
    for (const near of neighbours(key, 1)) taken.add(near)
    const agreeing = neighbours(key, 1).flatMap((near) => bins.get(near) ?? []).map((index) => matches[index]!)
    candidates.push({
      dx: medianOf(agreeing.map(({ x, toX }) => toX - x)),
      dy: medianOf(agreeing.map(({ y, toY }) => toY - y)),
      matches: agreeing
    })
  }
  return candidates
}

/** The bin itself and those around it, up to `reach` columns and rows away. */
function neighbours(key: number, reach: number): number[] {
  const keys: number[] = []
  for (let column = -reach; column <= reach; column++) for (let row = -reach; row <= reach; row++) keys.push(key + column * 0x10000 + row)
  return keys
}

function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}
