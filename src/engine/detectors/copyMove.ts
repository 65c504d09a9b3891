import { sentence } from '../../language/sentence.ts'
import { findCopies, type Copy } from '../copyMove/copies.ts'
import { pairsPicture } from '../copyMove/pairsPicture.ts'
import { onePlace, otherPlace, placesOf, rectangleAround } from '../copyMove/places.ts'
import { findings, type ImageDetector } from '../detector.ts'
import { maskPicture, maxEvidenceSide } from '../evidencePictures.ts'
import type { DecodedImage } from '../image.ts'
import type { Json, NotChecked, Signal } from '../types.ts'

/** log10 of the share of copied parts of 2 % of a picture that are found after it was saved at JPEG quality 90. */
const log10Recall = Math.log10(0.7)
/** From here on a finding is said to speak for a manipulation; weaker ones are left unsaid, repetition is common. */
const maxLog10Nfa = -1
const maxCopies = 5
const partly: NotChecked = {
  code: 'copy_move_partly',
  reason: sentence('So much of the picture repeats itself that not all of it was searched for parts that were copied within it.')
}
/** Below, the fewest cells that make a finding would be most of the picture. */
const leastSide = 160

/**
 * A part of the picture that was copied to another place in it: to hide something, or to make a crowd larger.
 *
 * Keypoints, also faint ones, propose displacements (as in Li & Zhou, "Fast and Effective Image Copy-Move Forgery Detection via Hierarchical
 * Feature Point Matching", IEEE TIFS 2019); each is then tested cell by cell, at full resolution, on fine detail that two genuine
 * things never share, with a number of false alarms that takes honest repetition for its background (`copyMove/significance.ts`).
 */
export const copyMove: ImageDetector = {
  id: 'copy_move',
  kind: 'image',
  needsPixels: true,
  holdsForVideoFrames: true,
  async detect(image) {
    const luma = image.luma()
    if (luma === undefined || image.pixels === undefined) return findings()
    if (Math.min(luma.width, luma.height) < leastSide) {
      const reason = sentence('The picture is too small to look for parts that were copied within it.')
      return findings({ notChecked: [{ code: 'too_small_for_copy_move', reason }] })
    }
    const found = findCopies(luma)
    const copies = found.copies.filter(({ log10Nfa }) => log10Nfa <= maxLog10Nfa).slice(0, maxCopies)
    const notChecked = found.isPartly ? [partly] : []
    if (copies.length === 0) return findings({ notChecked })
    const { width, height, orientation } = image
    const places = copies.map((copy) => placesOf(copy, width, height, maxEvidenceSide))
    const all = { ...places[0]!, data: places[0]!.data.map((_, at) => Math.max(...places.map(({ data }) => data[at]!))) }
    const mask = await maskPicture(all, {
      name: 'copy-move.png',
      orientation,
      caption: sentence(
        'Marked: two or more places that show the same, down to their noise. One of them was copied from the other; which is the original can not be told. What is not marked may have been changed in other ways.'
      )
    })
    const pairs = await pairsPicture(image.pixels, copies, places, {
      name: 'copy-move-pairs.jpg',
      orientation,
      caption: sentence(
        'The places that show the same, one outlined in blue and its copy in orange (or the other way round), joined by lines between points that belong together.'
      )
    })
    return findings({ signals: [signalOf(copies, rectanglesOf(image, copies, places))], evidence: [mask, pairs], notChecked })
  }
}

function rectanglesOf({ width, height, orientation }: DecodedImage, copies: readonly Copy[], places: ReturnType<typeof placesOf>[]): Json[] {
  const shown = orientation >= 5 ? { width: height, height: width } : { width, height }
  return copies.flatMap(({ log10Nfa }, index) =>
    [onePlace, otherPlace].flatMap((place) => {
      const rectangle = rectangleAround(places[index]!, place, orientation, shown)
      return rectangle === undefined ? [] : [{ ...rectangle, log10Nfa: rounded(log10Nfa) }]
    })
  )
}

function signalOf(copies: readonly Copy[], regions: Json[]): Signal {
  const { log10Nfa } = copies[0]!
  return {
    detector: 'copy_move',
    code: 'copied_part',
    supports: 'manipulated',
    log10LikelihoodRatio: Math.min(3, log10Recall - log10Nfa),
    log10Nfa,
    meaning: sentence(
      '{count, plural, one {A part of the picture is} other {# parts of the picture are}} found again in another place of it, down to the noise, which things that only look alike do not share: it was copied within the picture.',
      { count: copies.length }
    ),
    measured: { regions, copies: copies.map(measuredOf) },
    evidence: ['copy-move.png', 'copy-move-pairs.jpg']
  }
}

/** What was measured of one copy; displacement and turn are those of the picture as it is stored. */
function measuredOf({ motion: { a, b, dx, dy }, cells, states, correlation, interior, log10Nfa }: Copy): Json {
  return {
    displacement: [rounded(dx), rounded(dy)],
    turnedByDegrees: rounded((Math.atan2(b, a) * 180) / Math.PI),
    scale: rounded(Math.hypot(a, b)),
    shareOfArea: Math.round((cells.length / states.length) * 10_000) / 10_000,
    correlationOfFineDetail: rounded(correlation),
    cellsInside: interior,
    log10Nfa: rounded(log10Nfa)
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
