import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createEngine } from '../../src/engine/pool.ts'
import type { Outcome } from './hostile/outcome.ts'
import { outcomeOf } from './hostile/outcome.ts'
import { hostileFile } from './hostileFiles.ts'

/**
 * Sends hostile files through the engine and says how they ended:
 *
 *     npm run hostile -- --count 5000 --seed 1 [--from 0] [--threads 2]
 *     npm run hostile -- --seed 1 --from 4711 --count 1      one file again, by its number
 *
 * The engine runs in a process of its own: native code that faults ends that one, is told as an escape together with
 * the files that it was at, and the run goes on behind them. Exit status 1 when anything escaped or was complained about.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    threads: { type: 'string', default: '2' },
    deadline: { type: 'string', default: '30000' },
    engine: { type: 'boolean', default: false }
  }
})
const [count, seed, first, threads, deadlineMs] = [values.count, values.seed, values.from, values.threads, values.deadline].map(Number) as [number, number, number, number, number]

type Message = { began: number } | { ended: Outcome; peakMegabytes: number }

if (values.engine) await runEngine()
else process.exitCode = await superviseRun()

/** In the engine's process: as many files at once as there are threads. */
async function runEngine(): Promise<void> {
  const tell = (message: Message) => process.send?.(message)
  const engine = createEngine({ threads, deadlineMs, onError: (error) => console.log(`a thread was replaced: ${error.message}`) })
  await engine.check()
  let next = first
  const lane = async () => {
    while (next < first + count) {
      const number = next++
      tell({ began: number })
      const ended = await outcomeOf(engine, await hostileFile(seed, number), deadlineMs)
      tell({ ended, peakMegabytes: process.resourceUsage().maxRSS / 1024 })
    }
  }
  await Promise.all(Array.from({ length: threads }, lane))
  await engine.check()
  await engine.close()
  process.disconnect?.()
}

async function superviseRun(): Promise<number> {
  const outcomes: Outcome[] = []
  const escapes: string[] = []
  let peak = 0
  const start = performance.now()
  for (let from = first; from < first + count; ) {
    const inFlight = new Set<number>()
    const args = ['--engine', `--seed=${seed}`, `--from=${from}`, `--count=${first + count - from}`, `--threads=${threads}`, `--deadline=${deadlineMs}`]
    const child = fork(fileURLToPath(import.meta.url), args)
    child.on('message', (message: Message) => {
      if ('began' in message) {
        inFlight.add(message.began)
        return
      }
      inFlight.delete(message.ended.number)
      outcomes.push(message.ended)
      peak = Math.max(peak, message.peakMegabytes)
      if (outcomes.length % 250 === 0) console.log(`${outcomes.length} files, ${Math.round((performance.now() - start) / 1000)} s, peak ${Math.round(peak)} MB`)
    })
    const end = await endOf(child)
    if (end === undefined) break
    for (const number of inFlight) escapes.push(`file ${number} of seed ${seed} (${(await hostileFile(seed, number)).name}): the process ended by ${end}`)
    if (inFlight.size === 0) {
      escapes.push(`the process ended by ${end} with no file in it`)
      break
    }
    from = Math.max(...inFlight) + 1
  }
  report(outcomes, escapes, peak, (performance.now() - start) / 1000)
  return escapes.length > 0 || outcomes.some(({ complaints }) => complaints.length > 0) ? 1 : 0
}

/** Undefined for a process that ended as it should. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `status ${code}`)))
  })
}

function report(outcomes: Outcome[], escapes: string[], peak: number, seconds: number): void {
  const results = Object.entries(Object.groupBy(outcomes, ({ result }) => result))
  const rows = results.map(([result, all = []]) => {
    const times = all.map(({ ms }) => ms).sort((a, b) => a - b)
    const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]!)
    return { result, files: all.length, 'median ms': at(0.5), '99 % ms': at(0.99), 'slowest ms': at(1) }
  })
  console.table(rows.sort((a, b) => b.files - a.files))
  const slowest = outcomes.toSorted((a, b) => b.ms - a.ms).slice(0, 25)
  console.table(slowest.map(({ number, name, fileBytes, result, ms }) => ({ number, name: name.slice(0, 60), bytes: fileBytes, result, ms: Math.round(ms) })))
  for (const { number, name, complaints } of outcomes) for (const complaint of complaints) console.log(`COMPLAINT file ${number} of seed ${seed} (${name}): ${complaint}`)
  for (const escape of escapes) console.log(`ESCAPE ${escape}`)
  console.log(`${outcomes.length} files of seed ${seed} in ${Math.round(seconds)} s, peak resident memory ${Math.round(peak)} MB, ${escapes.length} escapes`)
}
