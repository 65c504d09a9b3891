/**
 * An upper bound of log10 P(X ≥ successes) for X binomial: Hoeffding's (1963), by the relative entropy of the observed share
 * against the expected one. 0 where no more were seen than expected. Counts need not be whole.
 */
export function log10BinomialTail(trials: number, successes: number, probability: number): number {
  const share = trials <= 0 ? 0 : successes / trials
  if (share <= probability) return 0
  const unlikely = share >= 1 ? 0 : (1 - share) * Math.log10((1 - share) / (1 - probability))
  return -trials * (share * Math.log10(share / probability) + unlikely)
}
