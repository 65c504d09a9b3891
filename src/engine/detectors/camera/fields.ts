import type { Metadata } from '../../metadata.ts'

/** What a field of EXIF says, undefined where it is empty. */
export function textOf({ exif }: Metadata, name: string): string | undefined {
  const value = exif.get(name)
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined
}

export function numberOf({ exif }: Metadata, name: string): number | undefined {
  const value = exif.get(name)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export const dayMs = 24 * 60 * 60 * 1000

/** EXIF's `2024:05:31 21:50:40` in milliseconds, in a time zone that is not told; undefined for what is no time. */
export function exifTime(text: string | undefined): number | undefined {
  const parts = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(text ?? '')?.slice(1).map(Number)
  if (parts === undefined) return undefined
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number]
  return year < 1900 || month < 1 || day < 1 ? undefined : Date.UTC(year, month - 1, day, hour, minute, second)
}

/** A place in degrees, north and east positive; undefined where none is stored. EXIF stores degrees, minutes and seconds. */
export function placeOf({ exif }: Metadata): { latitude: number; longitude: number } | undefined {
  const degrees = (name: string): number | undefined => {
    const value = exif.get(name)
    if (!Array.isArray(value) || value.length === 0) return typeof value === 'number' ? value : undefined
    const [whole = 0, minutes = 0, seconds = 0] = value
    return whole + minutes / 60 + seconds / 3600
  }
  const [latitude, longitude] = [degrees('GPSLatitude'), degrees('GPSLongitude')]
  if (latitude === undefined || longitude === undefined || !Number.isFinite(latitude + longitude)) return undefined
  const isTurned = (name: string, letter: string) => String(exif.get(name) ?? '').toUpperCase().startsWith(letter)
  return {
    latitude: isTurned('GPSLatitudeRef', 'S') ? -latitude : latitude,
    longitude: isTurned('GPSLongitudeRef', 'W') ? -longitude : longitude
  }
}
