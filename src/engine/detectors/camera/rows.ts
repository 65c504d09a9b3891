import { sentence, type Sentence } from '../../../language/sentence.ts'
import type { Metadata } from '../../metadata.ts'
import type { Json } from '../../types.ts'
import type { Doubt } from './doubts.ts'
import { placeOf } from './fields.ts'

const maxValueLength = 200

/** What is shown of EXIF, in this order. */
const exifRows = [
  'Make', 'Model', 'LensModel', 'Software', 'ProcessingSoftware', 'HostComputer', 'DateTimeOriginal', 'SubSecTimeOriginal', 'OffsetTimeOriginal',
  'DateTimeDigitized', 'DateTime', 'ExposureTime', 'FNumber', 'ISOSpeedRatings', 'FocalLength', 'FocalLengthIn35mmFilm', 'PixelXDimension',
  'PixelYDimension', 'GPSDateStamp', 'GPSTimeStamp', 'Artist', 'ImageDescription'
] // prettier-ignore

/** Programs’ own history of the file: what it was made from, and what was done. */
const xmpRows = ['CreatorTool', 'CreateDate', 'ModifyDate', 'History', 'DerivedFrom', 'DocumentAncestors', 'Credit']

/** In seconds, as photographers write it: 1/60. */
function exposureOf(seconds: unknown): unknown {
  if (typeof seconds !== 'number' || !(seconds > 0)) return seconds
  return seconds < 0.4 ? `1/${Math.round(1 / seconds)}` : Math.round(10 * seconds) / 10
}

/** The fields as a table for a reader: name, value, and what is odd about it. */
export function rowsOf(metadata: Metadata, doubts: readonly Doubt[]): Json[] {
  const { exif, xmp } = metadata
  const rows: { name: string; value: string | Sentence }[] = []
  const add = (name: string, value: unknown) => {
    const text = Array.isArray(value) ? value.join(name === 'GPSTimeStamp' ? ':' : ', ') : typeof value === 'number' ? String(Math.round(value * 1e6) / 1e6) : value
    if (typeof text === 'string' && text !== '') rows.push({ name, value: text.slice(0, maxValueLength) })
  }
  for (const name of exifRows) add(name, name === 'ExposureTime' ? exposureOf(exif.get(name)) : exif.get(name))
  const place = placeOf(metadata)
  if (place !== undefined) add('GPS', `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`)
  const note = exif.get('MakerNote')
  if (typeof note === 'number') rows.push({ name: 'MakerNote', value: sentence('{bytes, plural, one {# byte} other {# bytes}}', { bytes: note }) })
  else if (doubts.some(({ field }) => field === 'MakerNote')) rows.push({ name: 'MakerNote', value: sentence('missing') })
  for (const name of xmpRows) add(`XMP ${name}`, xmp.get(name))
  return rows.map((row) => {
    const doubt = doubts.find(({ field }) => field === row.name)
    return doubt === undefined ? row : { ...row, suspicious: true, reason: doubt.reason }
  })
}
