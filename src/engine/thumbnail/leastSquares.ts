/** Tukey's biweight: 1 for what fits, 0 from 1 on. */
export function tukey(residual: number): number {
  return Math.abs(residual) >= 1 ? 0 : (1 - residual * residual) ** 2
}

/** Weighted least squares by the normal equations, solved by Cholesky's method. */
export function normalEquations(count: number) {
  const matrix = new Float64Array(count * count)
  const vector = new Float64Array(count)
  return {
    add(row: Float64Array, value: number, weight: number): void {
      for (let a = 0; a < count; a++) {
        vector[a]! += weight * row[a]! * value
        for (let b = 0; b <= a; b++) matrix[a * count + b]! += weight * row[a]! * row[b]!
      }
    },
    /** @param ridge added to the diagonal, against features that don't vary */
    solve(ridge: number): Float64Array | undefined {
      const factor = Float64Array.from(matrix)
      for (let a = 0; a < count; a++) {
        factor[a * count + a]! += ridge
        for (let b = 0; b <= a; b++) {
          let sum = factor[a * count + b]!
          for (let k = 0; k < b; k++) sum -= factor[a * count + k]! * factor[b * count + k]!
          if (a !== b) factor[a * count + b] = sum / factor[b * count + b]!
          else if (sum <= 0) return undefined
          else factor[a * count + a] = Math.sqrt(sum)
        }
      }
      const solution = Float64Array.from(vector)
      for (let a = 0; a < count; a++) {
        for (let k = 0; k < a; k++) solution[a]! -= factor[a * count + k]! * solution[k]!
        solution[a]! /= factor[a * count + a]!
      }
      for (let a = count - 1; a >= 0; a--) {
        for (let k = a + 1; k < count; k++) solution[a]! -= factor[k * count + a]! * solution[k]!
        solution[a]! /= factor[a * count + a]!
      }
      return solution
    }
  }
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[sorted.length >> 1] ?? 0
}
