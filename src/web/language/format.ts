import { language } from './current.ts'

/** Numbers, sizes and times as the page's language writes them. Components that use them are drawn again when it changes. */

const formatters = new Map<string, unknown>()

/** The language as the browser's owner writes it, e.g. British English; else as it is most often written. */
const regional = (): string => navigator.languages.find((tag) => tag.split('-')[0] === language.value) ?? language.value

/** One formatter of each kind and language: making them is what costs time. */
function kept<T>(kind: string, make: (language: string) => T): T {
  const key = `${language.value} ${kind}`
  if (!formatters.has(key)) formatters.set(key, make(regional()))
  return formatters.get(key) as T
}

export const number = (value: number, maximumFractionDigits = 0): string =>
  kept(`number ${maximumFractionDigits}`, (tag) => new Intl.NumberFormat(tag, { maximumFractionDigits })).format(value)

/** @param share between 0 and 1 */
export const percent = (share: number, maximumFractionDigits = 0): string =>
  kept(`percent ${maximumFractionDigits}`, (tag) => new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits })).format(share)

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** 1,000 bytes are a kilobyte (SI). */
export function bytes(count: number): string {
  const step = Math.min(byteUnits.length - 1, count < 1_000 ? 0 : Math.floor(Math.log10(count) / 3))
  const unit = byteUnits[step] ?? 'byte'
  const make = (tag: string) =>
    new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: step < 2 ? 0 : 1 })
  return kept(`bytes ${unit}`, make).format(count / 1_000 ** step)
}

/** How long something took or lasts: `4.2 s`, `3 min 5 s`, `1 h 20 min`. */
export function duration(seconds: number): string {
  const unit = (value: number, unit: string, digits = 0) =>
    kept(`duration ${unit} ${digits}`, (tag) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits })).format(value)
  if (seconds > 0 && seconds < 0.1) return unit(1_000 * seconds, 'millisecond')
  if (seconds < 10) return unit(seconds, 'second', 1)
  const whole = Math.round(seconds)
  if (whole < 60) return unit(whole, 'second')
  const minutes = Math.floor(whole / 60)
  const parts = minutes < 60 ? [unit(minutes, 'minute'), unit(whole % 60, 'second')] : [unit(Math.floor(minutes / 60), 'hour'), unit(minutes % 60, 'minute')]
  return parts.join(' ')
}

/** @param iso a time as the service writes it */
export const dateTime = (iso: string): string =>
  kept('date and time', (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })).format(new Date(iso))

export const date = (iso: string): string => kept('date', (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'long' })).format(new Date(iso))

/** To the second, for what comes within the minute. */
export const timeOfDay = (iso: string): string => kept('time', (tag) => new Intl.DateTimeFormat(tag, { timeStyle: 'medium' })).format(new Date(iso))

const relativeUnits = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60]
] as const

/** `3 minutes ago`, `yesterday`; anything older than a week as its date. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1_000
  if (Math.abs(seconds) > 7 * 86_400) return date(iso)
  const relative = kept('relative', (tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))
  const [unit, size] = relativeUnits.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  return relative.format(unit === 'second' ? 0 : Math.round(seconds / size), unit)
}

/** The form that the language wants for a count: `plural(n, { one: '1 file', other: `${number(n)} files` })`. */
export function plural(count: number, forms: { one: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>): string {
  return forms[kept('plural', (tag) => new Intl.PluralRules(tag)).select(count)] ?? forms.other
}

/** `a, b and c` */
export const list = (items: string[]): string => kept('list', (tag) => new Intl.ListFormat(tag)).format(items)
