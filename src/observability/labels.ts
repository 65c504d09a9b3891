/** What stands for all values of a label beyond those that it may have. */
export const OTHER = 'other'

/**
 * Keeps the values of a label within bounds: each value of a label is a time series for as long as the process lives, and some
 * values come from configuration, from modules of others, or from errors.
 *
 * @param known values that are always shown as they are
 * @param further how many others are shown besides, as long as they are plain words; the rest is `other`
 */
export function boundedLabel(known: Iterable<string>, further = 0): (value: string) => string {
  const shown = new Set(known)
  const most = shown.size + further
  return (value) => {
    if (shown.has(value)) return value
    if (shown.size >= most || !/^[\w.:-]{1,60}$/.test(value)) return OTHER
    shown.add(value)
    return value
  }
}
