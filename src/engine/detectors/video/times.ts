import { sentence, type Value } from '../../../language/sentence.ts'

/** A moment of a video as players show it: `0:07.25`, `12:40`, `1:02:03`. */
export function clock(seconds: number): string {
  const hundredths = Math.max(0, Math.round(seconds * 100))
  const [whole, rest] = [Math.floor(hundredths / 100), hundredths % 100]
  const minutes = Math.floor(whole / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  const before = minutes >= 60 ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}` : String(minutes)
  return `${before}:${two(whole % 60)}${rest === 0 ? '' : `.${two(rest)}`}`
}

/** A list for a sentence: the first few moments, and how many more. */
export function moments(seconds: readonly number[], most = 5): Value {
  const named = seconds.slice(0, most).map(clock).join(', ')
  return seconds.length > most ? sentence('{moments} and {more, number} more', { moments: named, more: seconds.length - most }) : named
}

export const rounded = (value: number, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits
