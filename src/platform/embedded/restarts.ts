/** When to start something again that has ended by itself. All in milliseconds. */
export interface RestartPolicy {
  firstPauseMs: number
  maxPauseMs: number
  /** Who has lived so long starts again with a short pause. */
  healthyAfterMs: number
  /** How often a service that has never listened is tried. */
  tries: number
  /** What a service gets beyond its own time to drain before it is killed. */
  killMarginMs: number
}

export const restartPolicy: RestartPolicy = {
  firstPauseMs: 500,
  maxPauseMs: 30_000,
  healthyAfterMs: 60_000,
  tries: 5,
  killMarginMs: 5_000
}

/** @param failures how many there were in a row, from 1 */
export function pauseBeforeRestart(failures: number, { firstPauseMs, maxPauseMs }: RestartPolicy): number {
  return Math.min(firstPauseMs * 2 ** (failures - 1), maxPauseMs)
}

/** @param livedMs how long the last one worked @returns how many failures in a row there are now */
export function countFailures(before: number, livedMs: number, { healthyAfterMs }: RestartPolicy): number {
  return livedMs >= healthyAfterMs ? 1 : before + 1
}

export function inSeconds(ms: number): string {
  return `${ms / 1000} s`
}
