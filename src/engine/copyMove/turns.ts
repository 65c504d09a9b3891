import type { Match } from './matches.ts'
import type { Motion } from './motion.ts'

/** A motion on which matches agree. */
export interface TurnedCandidate {
  motion: Motion
  matches: Match[]
}

/** Radians by which two matches of one part may be turned differently: orientations of points are rough. */
const turnTolerance = 0.3
/** Scales that are looked for. */
const [leastScale, mostScale] = [0.7, 1.4]
/** Fewer matches are chance: with two, every motion agrees. */
const leastMatches = 5
const maxCandidates = 6
/** Pairs of matches from which a motion is worked out, at most. */
const maxPairs = 100_000
/** Motions that are put to all matches, at most. */
const maxMotions = 1_500
/** Matches that are asked whether they agree, at most. */
const maxMatches = 3_000
/** Nearer to no turn and no scaling than this is left to the displacements. */
const nothingTurned = 0.03

/**
 * Motions with a turn or a scaling on which neighbouring matches agree, most matches first. Each pair of neighbouring matches
 * gives one motion; the others vote, as in RANSAC (Fischler & Bolles 1981) with all pairs instead of random ones.
 *
 * @param reach in full-resolution pixels, within which matches are neighbours
 * @param tolerance in full-resolution pixels
 */
export function turnedCandidates(all: readonly Match[], reach: number, tolerance: number): TurnedCandidate[] {
  const matches = all.slice(0, maxMatches).sort((a, b) => a.y - b.y || a.x - b.x)
  const candidates: TurnedCandidate[] = []
  const agreeingWith = agreement(matches, tolerance)
  const used = new Set<Match>()
  let [pairs, motions] = [0, 0]
  for (const [index, first] of matches.entries()) {
    if (used.has(first)) continue
    for (let other = index + 1; other < matches.length && pairs < maxPairs && motions < maxMotions; other++, pairs++) {
      const second = matches[other]!
      if (second.y - first.y > reach) break
      const distance = Math.sqrt((second.x - first.x) ** 2 + (second.y - first.y) ** 2)
      // Too near to each other, and a pixel's error turns everything.
      if (distance > reach || distance < reach / 8 || angleBetween(first.turn, second.turn) > turnTolerance) continue
      const motion = motionOf(first, second)
      if (!isLikely(motion, first.turn)) continue
      motions++
      const agreeing = agreeingWith(motion)
      if (agreeing.length < leastMatches) continue
      const refined = fitted(agreeing)
      const members = agreeingWith(refined)
      if (members.length < leastMatches || !isLikely(refined, first.turn)) continue
      for (const member of members) used.add(member)
      candidates.push({ motion: fitted(members), matches: members })
      break
    }
  }
  return candidates.sort((a, b) => b.matches.length - a.matches.length).slice(0, maxCandidates)
}

/** The one similarity that takes two points to two others. */
function motionOf(first: Match, second: Match): Motion {
  return fitted([first, second])
}

function isLikely({ a, b }: Motion, turn: number): boolean {
  const scale = Math.hypot(a, b)
  if (scale < leastScale || scale > mostScale || Math.hypot(a - 1, b) < nothingTurned) return false
  return angleBetween(Math.atan2(b, a), turn) <= turnTolerance
}

/** Gives those of the matches that a motion takes to their other place, but for the tolerance. Laid out flat: they are asked a thousand times. */
function agreement(matches: readonly Match[], tolerance: number): (motion: Motion) => Match[] {
  const places = Float32Array.from(matches.flatMap(({ x, y, toX, toY }) => [x, y, toX, toY]))
  return ({ a, b, dx, dy }) => {
    const agreeing: Match[] = []
    for (let at = 0; at < places.length; at += 4) {
      const [x, y] = [places[at]!, places[at + 1]!]
      if (Math.abs(a * x - b * y + dx - places[at + 2]!) > tolerance || Math.abs(b * x + a * y + dy - places[at + 3]!) > tolerance) continue
      agreeing.push(matches[at >> 2]!)
    }
    return agreeing
  }
}

/** The similarity with the least squared error (Umeyama 1991, in the plane). */
function fitted(matches: readonly Match[]): Motion {
  let [fromX, fromY, toX, toY] = [0, 0, 0, 0]
  for (const match of matches) {
    fromX += match.x / matches.length
    fromY += match.y / matches.length
    toX += match.toX / matches.length
    toY += match.toY / matches.length
  }
  let [along, across, squares] = [0, 0, 0]
  for (const match of matches) {
    const [x, y, u, v] = [match.x - fromX, match.y - fromY, match.toX - toX, match.toY - toY]
    along += x * u + y * v
    across += x * v - y * u
    squares += x * x + y * y
  }
  const [a, b] = [along / (squares || 1), across / (squares || 1)]
  return { a, b, dx: toX - a * fromX + b * fromY, dy: toY - b * fromX - a * fromY }
}

/** How far apart two directions of −π to π are. */
function angleBetween(a: number, b: number): number {
  const apart = Math.abs(a - b)
  return Math.min(apart, 2 * Math.PI - apart)
}
