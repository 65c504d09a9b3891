/** What a history can be filtered by: in the address of the page, and as the service wants it. */
export const filterNames = ['fileName', 'state', 'verdict', 'kind', 'from', 'to'] as const
export type FilterName = (typeof filterNames)[number]
/** Dates are days of the person's own calendar: `2026-11-22`. */
export type FilterValues = Partial<Record<FilterName, string>>

export function readFilters(query: Record<string, string>): FilterValues {
  return Object.fromEntries(filterNames.flatMap((name) => (query[name] === undefined || query[name] === '' ? [] : [[name, query[name]]])))
}

/** `?state=failed`, or nothing where there is no filter. */
export function toPageQuery(values: FilterValues): string {
  const query = new URLSearchParams(filterNames.flatMap((name) => (values[name] === undefined || values[name] === '' ? [] : [[name, values[name]]])))
  return query.size === 0 ? '' : `?${query.toString()}`
}

/** As `GET /v1/analyses` takes it: `to` is the end of its day. */
export function toApiQuery({ from, to, ...others }: FilterValues): string {
  const query = new URLSearchParams(others)
  const begin = from === undefined ? undefined : midnight(from, 0)
  const end = to === undefined ? undefined : midnight(to, 1)
  if (begin !== undefined) query.set('from', begin)
  if (end !== undefined) query.set('to', end)
  return query.toString()
}

/** Where a day begins for the person; undefined for what is no day. */
function midnight(day: string, daysLater: number): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  if (year === undefined) return undefined
  const time = new Date(Number(year), Number(month) - 1, Number(date) + daysLater)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
