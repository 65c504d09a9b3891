/** Of any level: the residual of the strongest texture is below it. */
const mostLevel = 1_024
/** A hundredth of a level is as much as is shown. */
const steps = 100

/**
 * The levels that these shares of the cells stay below, to a hundredth of a level. Counting is many times faster than sorting.
 *
 * @param levels at least 0; above 1,024 they count as that
 * @param shares 0–1
 */
export function quantiles(levels: Float32Array, shares: readonly number[]): number[] {
  const histogram = new Uint32Array(mostLevel * steps)
  for (let cell = 0; cell < levels.length; cell++) histogram[Math.min(histogram.length - 1, Math.floor(levels[cell]! * steps))]!++
  return shares.map((share) => {
    const target = Math.min(levels.length - 1, Math.floor(share * levels.length))
    let [step, below] = [0, histogram[0]!]
    while (below <= target && step < histogram.length - 1) below += histogram[++step]!
    return step / steps
  })
}
