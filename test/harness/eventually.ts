import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until a condition holds, looking every few milliseconds. @throws when it doesn't within `timeoutMs` */
export async function eventually(condition: () => Promise<boolean> | boolean, timeoutMs = 20_000): Promise<void> {
  const until = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > until) throw new Error('It did not come to hold in time')
    await sleep(20)
  }
}
