import type { Luma } from '../luma.ts'
import { aligned } from './alignment.ts'
import { reduced } from './bandPass.ts'
import { candidatesOf } from './candidates.ts'
import { shareOfDrawn } from './drawing.ts'
import { isPictureInPicture } from './frame.ts'
import { findKeypoints } from './keypoints.ts'
import { matchKeypoints, type Match } from './matches.ts'
import { moved, type Motion } from './motion.ts'
import { grow, type Region } from './regions.ts'
import { shareOfUnique } from './selfSimilarity.ts'
import { significanceOf, type Significance } from './significance.ts'
import { turnedCandidates } from './turns.ts'
import { showsTwoVersions } from './twoVersions.ts'

/** A part of the picture that is found again elsewhere in it. */
export interface Copy extends Region, Significance {
  /** Whether it belongs to a picture that stands twice by intention. */
  isIntended: boolean
}

/** Points are looked for in a picture reduced to about so many pixels at most, whatever its size. */
const workPixels = 3_200_000
/** What is nearer than this looks alike because it is the same thing: a share of the longer side, and pixels. */
const leastDistance = { share: 0.03, pixels: 32 }
/** Cells are larger in larger pictures, up to this many pixels a side. */
const maxCell = 24
/** Full-resolution pixels that are compared, over all motions: a wallpaper would agree with itself everywhere, again and again. */
const maxCompared = 6_000_000
/** The same for one motion: 2,000 × 2,000, more than anybody copies. The search ends there: the picture repeats itself. */
const maxComparedOfOne = 4_000_000
/** Regions that are looked at more closely, at most. */
const maxRegions = 8
/** Matches within this share of the longer side are taken for parts of one thing. */
const neighbourhood = 0.08
/** Regions above this are chance. */
const maxLog10Nfa = 0
/** A copy can't cover what it was copied from; a little is left for chance and for the width of a cell. */
const maxOverlap = 0.1
/** Of a region, so much may lie where a pattern repeats. */
const maxInPattern = 0.3
/** Of a region's cells, so many must be found in the other place and nowhere near themselves. */
const leastUnique = 0.5
/** Of a region's cells, so many may be drawn: the same letters and icons are on every page, and are copies by nature. */
const maxDrawn = 0.4
/** A part that is found again in more places than this repeats. */
const maxPlaces = 4

/** What was found, most significant first. */
export interface FoundCopies {
  copies: Copy[]
  /** Whether the bound on the work was reached before all motions were looked at, as in pictures that repeat themselves. */
  isPartly: boolean
}

/**
 * Finds parts of a picture that were copied within it.
 *
 * Points whose surroundings look alike vote for displacements; for each displacement that several agree on, the fine detail of
 * both places is compared in the full picture, cell by cell: a copy brings the noise of its source along, and two windows of one house have
 * each their own.
 */
export function findCopies(luma: Luma): FoundCopies {
  const step = Math.max(1, Math.ceil(Math.sqrt((luma.width * luma.height) / workPixels)))
  const { upright, turned } = findKeypoints(reduced(luma, step))
  const apart = Math.max(leastDistance.pixels, leastDistance.share * Math.max(luma.width, luma.height))
  const cell = Math.min(maxCell, 8 + 4 * step)
  let looksLeft = Math.floor(maxCompared / cell ** 2)
  const regions: Copy[] = []
  let isPartly = false
  const consider = (motion: Motion, seeds: readonly Match[]) => {
    const region = grow(luma, motion, seeds, cell, Math.min(looksLeft, Math.floor(maxComparedOfOne / cell ** 2)))
    isPartly = region.isCut
    looksLeft -= region.looks
    if (region.cells.length === 0) return
    const isIntended = showsTwoVersions(luma, motion) || isPictureInPicture(luma, region)
    const significance = significanceOf(region, isIntended)
    if (significance.log10Nfa < maxLog10Nfa) regions.push({ ...region, ...significance, isIntended })
  }
  for (const candidate of candidatesOf(matchKeypoints(upright, step, apart), 2 * step)) {
    if (isPartly) break
    consider(aligned(luma, candidate, 2 * step + 1), candidate.matches)
  }
  const reach = Math.max(luma.width, luma.height) * neighbourhood
  const turns = isPartly ? [] : turnedCandidates(matchKeypoints(turned, step, apart), reach, 2 * step)
  for (const { motion, matches } of turns) if (!isPartly) consider(motion, matches)
  regions.sort(bySignificance)
  const copies = withoutPatterns(withoutRepeats(regions))
    .slice(0, maxRegions)
    .filter((region) => shareOfDrawn(luma, region) <= maxDrawn && shareOfUnique(luma, region, region.cells) >= leastUnique)
  return { copies, isPartly }
}

/** Motions that lie beside each other lead to the same region: the first stays, and what is known to be intended before all others. */
function withoutRepeats(copies: readonly Copy[]): Copy[] {
  const kept: Copy[] = []
  for (const copy of [...copies.filter(({ isIntended }) => isIntended), ...copies.filter(({ isIntended }) => !isIntended)]) {
    const isKnown = kept.some((other) => distance(copy, other) < 2 * copy.cell)
    if (!isKnown) kept.push(copy)
  }
  return kept.toSorted(bySignificance)
}

const bySignificance = (a: Copy, b: Copy): number => a.log10Nfa - b.log10Nfa || b.interior - a.interior

/**
 * What repeats was made so: tiles, cloth, wallpaper, the background of a screen. It overlaps its own copy, goes on past all bounds, or
 * is found in many places; a copy that somebody made is not. What lies in such a pattern is no copy either, however far its other place is.
 */
function withoutPatterns(regions: readonly Copy[]): Copy[] {
  const places = new Map<number, number>()
  for (const { cells, overlap, isCut } of regions) {
    for (const cell of cells) places.set(cell, (places.get(cell) ?? 0) + (overlap > maxOverlap || isCut ? maxPlaces : 1))
  }
  return regions.filter(({ cells, overlap, isCut }) => {
    if (isCut) return false
    const inPattern = cells.filter((cell) => places.get(cell)! > maxPlaces).length
    return overlap <= maxOverlap && inPattern <= maxInPattern * cells.length
  })
}

/** How far apart two motions take the middle of the first region. */
function distance({ motion, cells, columns, cell }: Copy, other: Copy): number {
  const middle = cells[cells.length >> 1]!
  const [x, y] = [(middle % columns) * cell, Math.floor(middle / columns) * cell]
  const [[aX, aY], [bX, bY]] = [moved(motion, x, y), moved(other.motion, x, y)]
  return Math.hypot(aX - bX, aY - bY)
}
