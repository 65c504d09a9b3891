import type { Test } from 'tap'
import { createEngine } from '../../../src/engine/pool.ts'
import { hostileFile } from '../hostileFiles.ts'
import { photo } from '../pictures.ts'
import { outcomeOf, type Outcome } from './outcome.ts'

const threads = 2
const deadlineMs = 30_000

/** What `THREAD_BYTES` of the configuration allows each thread, and another gigabyte for the process itself and these files. */
const memoryBudget = threads * 1_000 + 1_000

/** Sends files through one engine, two at a time, and then sees whether the pool is as it was. */
export function sendHostileFiles(t: Test, { seed, count }: { seed: number; count: number }): void {
  t.test(`${count} hostile files of seed ${seed} end in a verdict or a stable code, in time and in memory`, { timeout: 800_000 }, async (t) => {
    const replaced: Error[] = []
    const engine = createEngine({ threads, deadlineMs, onError: (error) => replaced.push(error) })
    t.teardown(() => engine.close())
    await engine.check()
    const outcomes: Outcome[] = []
    let next = 0
    const lane = async () => {
      while (next < count) outcomes.push(await outcomeOf(engine, await hostileFile(seed, next++), deadlineMs))
    }
    await Promise.all(Array.from({ length: threads }, lane))

    for (const { number, name, complaints } of outcomes) {
      if (complaints.length > 0) t.fail(`file ${number} of seed ${seed} (${name}): ${complaints.join('; ')}; again: npm run hostile -- --seed ${seed} --from ${number} --count 1`)
    }
    t.equal(outcomes.length, count)
    t.strictSame(replaced, [], 'no thread died while it was idle')
    const peak = Math.round(process.resourceUsage().maxRSS / 1024)
    t.ok(peak <= memoryBudget, `peak of resident memory: ${peak} MB`)
    t.comment(Object.entries(Object.groupBy(outcomes, ({ result }) => result)).map(([result, all]) => `${result}: ${all!.length}`).join(', '))

    // As many at once as there are threads: the pool has its full size.
    const pictures = await Promise.all(Array.from({ length: threads }, async (_, index) => photo({ seed: index })))
    const reports = await Promise.all(pictures.map((file) => engine.analyze({ bytes: new Uint8Array(file).buffer, mediaType: 'image/jpeg' })))
    t.ok(reports.every(({ verdict }) => verdict === 'inconclusive'))
    await engine.check()
  })
}
