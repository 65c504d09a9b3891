/**
 * Who works beside whom in one process. A file whose last attempt vanished may have killed its process: it is worked
 * on alone, so that a second crash can't be blamed on anybody else, and nobody else's attempts are used up by it.
 * Everybody starts in the order in which they came.
 */
export interface Quarantine {
  /** Runs `work` beside others. */
  together<T>(work: () => Promise<T>): Promise<T>
  /** Waits until everybody before is done, and runs `work` while nobody else starts. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export function createQuarantine(): Quarantine {
  const waiting: Array<{ alone: boolean; start: () => void }> = []
  let busy = 0
  let sealed = false

  function startWhoMay(): void {
    for (let next = waiting[0]; next !== undefined && !sealed && !(next.alone && busy > 0); next = waiting[0]) {
      waiting.shift()
      busy++
      sealed = next.alone
      next.start()
    }
  }

  async function run<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    const { promise: myTurn, resolve: start } = Promise.withResolvers<void>()
    waiting.push({ alone, start })
    startWhoMay()
    await myTurn
    try {
      return await work()
    } finally {
      busy--
      if (alone) sealed = false
      startWhoMay()
    }
  }

  return {
    together: (work) => run(false, work),
    alone: (work) => run(true, work)
  }
}
