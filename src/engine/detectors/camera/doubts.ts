import { sentence, type Sentence } from '../../../language/sentence.ts'
import type { Metadata } from '../../metadata.ts'
import { exifTime, numberOf, placeOf, textOf } from './fields.ts'

/** A field that does not go with the others. */
export interface Doubt {
  /** The field, as rows name it. */
  field: string
  /** A sentence. */
  reason: Sentence
}

/** How makers begin their notes, with who writes them. Others are left out: they are lent to several makers. */
const signatures: readonly (readonly [signature: RegExp, make: RegExp])[] = [
  [/^Nikon$/, /nikon/i],
  [/^Apple iOS$/, /apple/i],
  [/^SONY (?:DSC|CAM|MOBILE)/, /sony|hasselblad/i],
  [/^FUJIFILM/, /fuji|leica|general/i],
  [/^Panasonic$/, /panasonic|leica/i]
]

/** A maker's private note that is another maker's. */
export function foreignMakerNote(metadata: Metadata): Doubt | undefined {
  const [make, signature] = [textOf(metadata, 'Make'), textOf(metadata, 'MakerNoteSignature')]
  if (make === undefined || signature === undefined) return undefined
  const known = signatures.find(([pattern]) => pattern.test(signature))
  if (known === undefined || known[1].test(make)) return undefined
  return { field: 'MakerNote', reason: sentence('The maker’s private note begins as that of another maker (“{signature}”) than the one named (“{make}”).', { signature, make }) }
}

/** Makers whose cameras always write one. */
const noteWriters = /^(?:canon|nikon|sony|olympus|om digital|fujifilm|panasonic|pentax)/i

function makerNoteMissing(metadata: Metadata): Doubt | undefined {
  const isStraight = noteWriters.test(textOf(metadata, 'Make') ?? '') && metadata.exif.has('ExposureTime') && !metadata.exif.has('MakerNote')
  return isStraight ? { field: 'MakerNote', reason: sentence('This maker’s cameras write a private note; it is missing: a program has written the fields anew, as most editors and sites do.') } : undefined
}

/** Since when there are the devices of a name: the year of the first of them. */
const iPhones: { readonly [model: string]: number } = {
  '4': 2010, '4S': 2011, '5': 2012, '5s': 2013, '6': 2014, '6s': 2015, '7': 2016, '8': 2017, X: 2017, XS: 2018, XR: 2018, '11': 2019, '12': 2020, '13': 2021, '14': 2022, '15': 2023, '16': 2024, '17': 2025
} // prettier-ignore

/** A picture from before its phone, or before the system that ran on it, was made. Only Apple’s names tell the year. */
export function takenTooEarly(metadata: Metadata): Doubt | undefined {
  if (textOf(metadata, 'Make') !== 'Apple') return undefined
  const taken = textOf(metadata, 'DateTimeOriginal')
  const year = Number(taken?.slice(0, 4))
  if (exifTime(taken) === undefined) return undefined
  const model = textOf(metadata, 'Model') ?? ''
  const name = /^iPhone (\w+)/.exec(model)?.[1] ?? ''
  const released = Object.hasOwn(iPhones, name) ? iPhones[name]! : 0
  if (year < released) return { field: 'DateTimeOriginal', reason: sentence('The camera’s clock says {year}, but {model} is from {released}.', { year, model, released }) }
  const system = textOf(metadata, 'Software') ?? ''
  const major = Number(/^(\d{1,2})\.\d/.exec(system)?.[1] ?? 0)
  // iOS 4 came in 2010, 18 in 2024; then the numbers jumped to 26 for 2025.
  const systemYear = major >= 4 && major <= 18 ? major + 2006 : major >= 26 ? major + 1999 : 0
  return year < systemYear ? { field: 'Software', reason: sentence('The camera’s clock says {year}, but its system (iOS {system}) is from {released}.', { year, system, released: systemYear }) } : undefined
}

function impossiblePlace(metadata: Metadata): Doubt | undefined {
  const place = placeOf(metadata)
  if (place === undefined) return undefined
  const { latitude, longitude } = place
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return { field: 'GPS', reason: sentence('There is no such place: latitudes end at 90 degrees, longitudes at 180.') }
  if (latitude === 0 && longitude === 0) return { field: 'GPS', reason: sentence('Zero degrees north and east, in the sea off Africa, is what programs write that know no place.') }
  return undefined
}

/** Universal time by GPS against the clock with its offset. A receiver without reception keeps its last time for hours. */
const mostHoursApart = 12

function clockAgainstGps(metadata: Metadata): Doubt | undefined {
  const offset = /^([+-])(\d\d):(\d\d)$/.exec(textOf(metadata, 'OffsetTimeOriginal') ?? '')
  const [taken, date, time] = [exifTime(textOf(metadata, 'DateTimeOriginal')), textOf(metadata, 'GPSDateStamp'), metadata.exif.get('GPSTimeStamp')]
  if (offset === null || taken === undefined || date === undefined || !Array.isArray(time)) return undefined
  const midnight = exifTime(`${date} 00:00:00`)
  if (midnight === undefined) return undefined
  const [hours = 0, minutes = 0, seconds = 0] = time
  const satellite = midnight + 1000 * (3600 * hours + 60 * minutes + seconds)
  const sign = offset[1] === '-' ? -1 : 1
  const universal = taken - sign * 60_000 * (60 * Number(offset[2]) + Number(offset[3]))
  const apart = Math.abs(universal - satellite) / 3_600_000
  return apart > mostHoursApart ? { field: 'GPSDateStamp', reason: sentence('The clock and the GPS receiver are {hours, number} hours apart.', { hours: Math.round(apart) }) } : undefined
}

/** Lenses name their range: `EF-S18-55mm f/3.5-5.6 IS`, `iPhone 6 back camera 4.15mm f/2.2`. Converters lengthen it. */
function focalLengthOutOfRange(metadata: Metadata): Doubt | undefined {
  const [lens, length] = [textOf(metadata, 'LensModel'), numberOf(metadata, 'FocalLength')]
  const range = /(\d{1,4}(?:\.\d{1,3})?)(?:-(\d{1,4}(?:\.\d{1,3})?))? ?mm/i.exec(lens ?? '')
  if (range === null || length === undefined || length <= 0) return undefined
  const [shortest, longest] = [Number(range[1]), Number(range[2] ?? range[1])]
  if (length >= 0.85 * shortest && length <= 2.1 * longest) return undefined
  return { field: 'FocalLength', reason: sentence('The lens named (“{lens}”) has no focal length of {length, number} mm.', { lens: lens!, length }) }
}

/** What does not go together. Each is weak by itself: clocks are wrong, converters are attached, fields are rewritten by honest programs. */
export function doubtsOf(metadata: Metadata): Doubt[] {
  return [
    foreignMakerNote(metadata),
    makerNoteMissing(metadata),
    takenTooEarly(metadata),
    impossiblePlace(metadata),
    clockAgainstGps(metadata),
    focalLengthOutOfRange(metadata)
  ].filter((doubt) => doubt !== undefined)
}
