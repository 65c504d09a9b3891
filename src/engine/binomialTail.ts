/** log10 P(X ≥ passed) for X binomial, exactly: for whole counts, and as many steps as there are trials. */
export function log10BinomialTail(trials: number, passed: number, probability: number): number {
  if (passed <= 0) return 0
  if (passed > trials) return -Infinity
  // From the last term downwards, each as a multiple of the one after it; logarithms hold what would underflow.
  let term = trials * Math.log10(probability)
  let sum = term
  for (let count = trials - 1; count >= passed; count--) {
    term += Math.log10(((count + 1) * (1 - probability)) / ((trials - count) * probability))
    sum = term + Math.log10(1 + 10 ** (sum - term))
  }
  return Math.min(0, sum)
}

/**
 * An upper bound of log10 P(X ≥ successes) for X binomial: Hoeffding's (1963), by the relative entropy of the observed share
 * against the expected one. 0 where no more were seen than expected. Counts need not be whole.
 */
export function log10HoeffdingBound(trials: number, successes: number, probability: number): number {
  const share = trials <= 0 ? 0 : successes / trials
  if (share <= probability) return 0
  const unlikely = share >= 1 ? 0 : (1 - share) * Math.log10((1 - share) / (1 - probability))
  return -trials * (share * Math.log10(share / probability) + unlikely)
}
