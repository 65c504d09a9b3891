import { paragraph, sentence, type Sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import type { DecodedImage } from '../image.ts'
import type { Metadata } from '../metadata.ts'
import type { Json, Signal } from '../types.ts'
import { doubtsOf, foreignMakerNote, takenTooEarly, type Doubt } from './camera/doubts.ts'
import { dayMs, exifTime, numberOf, textOf } from './camera/fields.ts'
import { rowsOf } from './camera/rows.ts'
import { contextSignal } from './signal.ts'

/**
 * What the camera is said to have been, and whether its fields agree with each other and with the picture.
 *
 * Seen on 34 camera files: the stated size differs in 6 (resized or cropped, all honest), no time is out of order. Fields
 * are as easily written as they are lost, so agreement proves nothing and a contradiction is weak evidence at most.
 */
export const cameraFields: ImageDetector = {
  id: 'camera_fields',
  kind: 'image',
  needsPixels: false,
  async detect(image) {
    const camera = cameraOf(image.metadata)
    const { metadata } = image
    const signals = [
      camera,
      sizeDisagrees(image),
      orderOfTimes(metadata),
      gpsTime(metadata),
      lensOfOtherPhone(metadata),
      contradiction('maker_note_of_another_maker', foreignMakerNote(metadata), sentence('Fields of two files were mixed, or the maker’s name was written anew.')),
      contradiction('taken_before_its_camera', takenTooEarly(metadata), sentence('The clock was wrong, or the fields were written anew.'))
    ]
    return findings({ signals: signals.filter((signal) => signal !== undefined) })
  }
}

function cameraOf(metadata: Metadata): Signal | undefined {
  const [make = '', name = ''] = [textOf(metadata, 'Make'), textOf(metadata, 'Model')]
  // Some makers begin the model's name with their own: `Canon`, `Canon EOS 5D`.
  const model = name.startsWith(make) ? name : `${make} ${name}`.trim()
  if (model === '') return undefined
  const measured: { [name: string]: Json } = {}
  for (const name of ['Make', 'Model', 'LensModel', 'Software', 'DateTimeOriginal', 'DateTime']) {
    const text = textOf(metadata, name)
    if (text !== undefined) measured[name] = text
  }
  for (const name of ['ExposureTime', 'FNumber', 'ISOSpeedRatings', 'FocalLength', 'PixelXDimension', 'PixelYDimension']) {
    const number = numberOf(metadata, name)
    if (number !== undefined) measured[name] = number
  }
  const taken = textOf(metadata, 'DateTimeOriginal')
  return contextSignal({
    detector: 'camera_fields',
    code: 'camera',
    meaning:
      taken === undefined
        ? sentence('The file names a camera ({model}). Such fields can be copied or written by anyone, so this proves nothing by itself.', { model })
        : sentence('The file names a camera ({model}, on {taken}). Such fields can be copied or written by anyone, so this proves nothing by itself.', { model, taken }),
    measured: { ...measured, makerNote: metadata.exif.has('MakerNote'), rows: rowsOf(metadata, doubtsOf(metadata)) }
  })
}

function sizeDisagrees({ metadata, width, height }: DecodedImage): Signal | undefined {
  const [statedWidth, statedHeight] = [numberOf(metadata, 'PixelXDimension'), numberOf(metadata, 'PixelYDimension')]
  if (!statedWidth || !statedHeight) return undefined
  const agrees = (statedWidth === width && statedHeight === height) || (statedWidth === height && statedHeight === width)
  if (agrees) return undefined
  return contextSignal({
    detector: 'camera_fields',
    code: 'size_disagrees',
    meaning: sentence(
      'The camera’s fields speak of {statedWidth} × {statedHeight} pixels, the picture has {width} × {height}: it was resized, cropped or turned afterwards, as is common.',
      { statedWidth, statedHeight, width, height }
    ),
    measured: { stated: [statedWidth, statedHeight], actual: [width, height] }
  })
}

/** A picture can't have been changed before it was taken; a day is left for time zones and clocks. */
function orderOfTimes(metadata: Metadata): Signal | undefined {
  const [taken, changed] = [textOf(metadata, 'DateTimeOriginal'), textOf(metadata, 'DateTime')]
  const [takenAt, changedAt] = [exifTime(taken), exifTime(changed)]
  if (takenAt === undefined || changedAt === undefined || takenAt - changedAt <= dayMs) return undefined
  return {
    detector: 'camera_fields',
    code: 'times_out_of_order',
    supports: 'manipulated',
    log10LikelihoodRatio: 0.3,
    log10Nfa: null,
    meaning: sentence('By its own fields the file was last changed ({changed}) before the picture was taken ({taken}).', { changed: changed!, taken: taken! }),
    measured: { DateTimeOriginal: taken!, DateTime: changed! },
    evidence: []
  }
}

/** GPS keeps universal time and cameras the local one; a clock that was never set is the common reason for more. */
function gpsTime(metadata: Metadata): Signal | undefined {
  const [taken, date] = [textOf(metadata, 'DateTimeOriginal'), textOf(metadata, 'GPSDateStamp')]
  const [takenAt, gpsAt] = [exifTime(taken), exifTime(date && `${date} 12:00:00`)]
  if (takenAt === undefined || gpsAt === undefined || Math.abs(takenAt - gpsAt) <= 2 * dayMs) return undefined
  return contextSignal({
    detector: 'camera_fields',
    code: 'gps_time_disagrees',
    meaning: sentence('The camera’s clock says {taken}, its GPS receiver {date}: the clock was wrong, or one of them was written later.', { taken: taken!, date: date! }),
    measured: { DateTimeOriginal: taken!, GPSDateStamp: date! }
  })
}

/** Weak: whoever forges fields rarely overlooks these, and wrong clocks are common. */
function contradiction(code: string, doubt: Doubt | undefined, explanation: Sentence): Signal | undefined {
  if (doubt === undefined) return undefined
  return {
    detector: 'camera_fields',
    code,
    supports: 'manipulated',
    log10LikelihoodRatio: 0.3,
    log10Nfa: null,
    meaning: paragraph(doubt.reason, explanation),
    measured: { field: doubt.field },
    evidence: []
  }
}

/** Apple writes the phone's model into its lens: `iPhone 6 back camera 4.15mm f/2.2`. */
function lensOfOtherPhone(metadata: Metadata): Signal | undefined {
  const [model, lens] = [textOf(metadata, 'Model'), textOf(metadata, 'LensModel')]
  if (model === undefined || lens === undefined || !/^(?:iPhone|iPad)/.test(lens) || lens.startsWith(`${model} `)) return undefined
  return {
    detector: 'camera_fields',
    code: 'lens_of_another_device',
    supports: 'manipulated',
    log10LikelihoodRatio: 0.5,
    log10Nfa: null,
    meaning: sentence('The file names the camera “{model}”, but the built-in lens of another one (“{lens}”): fields of two files were mixed.', { model, lens }),
    measured: { Model: model, LensModel: lens },
    evidence: []
  }
}
