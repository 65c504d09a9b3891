const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The pauses before each attempt, as Standard Webhooks gives them: the first at once, the tenth after three days. */
const PAUSES_MS = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
/** Added at random, up to this part of a pause: receivers that failed together are not called again together. */
const JITTER = 0.2
const LONGEST_ASKED_FOR_MS = 24 * HOUR

export const MAX_TRIES = PAUSES_MS.length

/**
 * The pause before the next attempt.
 * @param tries how many there were
 * @param random between 0 and 1
 * @param askedForMs how long the receiver asks us to wait (`Retry-After`): never less than that, within reason
 * @returns undefined when there is no further attempt
 */
export function pauseAfter(tries: number, random: number, askedForMs = 0): number | undefined {
  const pause = PAUSES_MS[tries]
  if (pause === undefined) return undefined
  return Math.round(Math.max(pause, Math.min(askedForMs, LONGEST_ASKED_FOR_MS)) * (1 + JITTER * random))
}
