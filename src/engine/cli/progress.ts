import { stderr } from 'node:process'
import cliProgress from 'cli-progress'

/** From so many files on a terminal shows a progress bar. */
const manyFiles = 4

/** A progress bar on standard error, where that is a terminal. */
export interface Progress {
  /** Erases the bar's line, so that a result on the same terminal begins on an empty one; the next step draws it again below. */
  clear(): void
  step(): void
  end(): void
}

/** @param done how many are done already */
export function progressBar(total: number, done = 0): Progress {
  if (!stderr.isTTY || total < manyFiles) return { clear() {}, step() {}, end() {} }
  const bar = new cliProgress.SingleBar(
    { stream: stderr, format: '{bar} {value} of {total}, {eta_formatted} left', clearOnComplete: true, hideCursor: true },
    cliProgress.Presets.shades_classic
  )
  bar.start(total, done)
  return {
    clear: () => void stderr.write('\r\u001B[K'),
    step: () => bar.increment(),
    end: () => bar.stop()
  }
}
