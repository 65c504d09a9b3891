import { finishRemovals, type RemovalOptions } from '../accounts/removal.ts'
import { deleteExpired, purgeUnkept, walkStart } from '../analyses/retention.ts'
import { sweep } from '../analyses/sweep.ts'
import type { Repeating } from '../platform/repeat.ts'
import type { Storage } from '../platform/storage/storage.ts'
import { clearExpired } from './clearExpired.ts'
import { repeatOnOneMachine } from './lease.ts'

export interface HousekeepingOptions extends RemovalOptions {
  storage: Storage
  everyMs: number
}

/**
 * Removes what is past its time, on one machine at a time, and the objects that nothing refers to. Beside the
 * reconciler: what is large to remove must not keep a lost analysis waiting.
 */
export function startHousekeeping(options: HousekeepingOptions): Repeating {
  const { db, storage } = options
  let expiredAfter = walkStart
  return repeatOnOneMachine('housekeeping', options, [
    async () => void (await purgeUnkept(db)),
    async (signal) => {
      expiredAfter = await deleteExpired(db, expiredAfter, signal)
    },
    () => clearExpired(db),
    (signal) => finishRemovals(options, signal),
    (signal) => sweep(db, storage, signal)
  ])
}
