/**
 * Who may use the slots of this process. A receiver has a few at once, and only one after it was slow; an account has
 * some more, for all of its receivers together. So what hangs holds up itself, and leaves the others their slots.
 */
export interface Lanes {
  /** Takes a slot. @returns a function that gives it back, with how long the receiver took if it was called; undefined when there is none */
  enter(accountId: string, lane: string): ((tookMs: number | undefined) => void) | undefined
  /** The lanes that have no slot left. */
  full(): string[]
}

const LANE_SLOTS = 4
const ACCOUNT_SLOTS = 12
/** A receiver whose last answer took so long is slow. */
const SLOW_MS = 5_000
/** So many slow ones are remembered; then all are given another chance. */
const MAX_SLOW = 10_000

export function createLanes(): Lanes {
  const inLane = new Map<string, number>()
  const inAccount = new Map<string, number>()
  const slow = new Set<string>()

  const isFull = (lane: string) => (inLane.get(lane) ?? 0) >= (slow.has(lane) ? 1 : LANE_SLOTS)

  return {
    enter(accountId, lane) {
      if (isFull(lane) || (inAccount.get(accountId) ?? 0) >= ACCOUNT_SLOTS) return undefined
      change(inLane, lane, 1)
      change(inAccount, accountId, 1)
      return (tookMs) => {
        change(inLane, lane, -1)
        change(inAccount, accountId, -1)
        if (tookMs === undefined) return
        if (slow.size >= MAX_SLOW) slow.clear()
        if (tookMs >= SLOW_MS) slow.add(lane)
        else slow.delete(lane)
      }
    },
    full: () => [...inLane.keys()].filter(isFull)
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
