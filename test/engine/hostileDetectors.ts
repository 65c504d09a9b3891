/**
 * Detectors that misbehave on demand: a module for `ENGINE_DETECTORS`.
 *
 * A picture asks for it in its EXIF ImageDescription (see `photo({ description })` in `pictures.ts`), so that the same
 * file does the same through the pool, the command line and the whole service:
 *
 * | description                  | what the thread does                                                        | ends as                   |
 * |------------------------------|-----------------------------------------------------------------------------|---------------------------|
 * | `hostile: throw`             | throws an exception                                                         | `engine_crashed`          |
 * | `hostile: throw later`       | an exception outside of any promise chain                                   | `engine_crashed`          |
 * | `hostile: loop`              | loops for ever, synchronously                                               | `analysis_timed_out`      |
 * | `hostile: hang`              | awaits what never comes                                                     | `analysis_timed_out`      |
 * | `hostile: heap`              | fills its JavaScript heap                                                   | `analysis_out_of_memory`  |
 * | `hostile: native`            | fills memory outside of its heap, up to 4 GB                                | `analysis_out_of_memory`  |
 * | `hostile: exit`              | `process.exit(0)` in the thread                                             | `engine_crashed`          |
 * | `hostile: segfault`          | sends SIGSEGV: ends the whole *process*, as faulty native code does         | the process is gone; of a video, which has its own: `engine_crashed` |
 * | `hostile: slow 500`          | waits so many milliseconds, then reports a signal `waited`                  | a report                  |
 * | `hostile: talk`              | prints and warns                                                            | a report                  |
 * | `hostile: odd values`        | reports what neither PostgreSQL nor structured cloning takes                | a report, cleaned         |
 *
 * Without such a description they report nothing.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { findings, type Detector, type Findings } from '../../src/engine/detector.ts'
import type { Signal } from '../../src/engine/types.ts'
import { quoted } from '../../src/language/sentence.ts'

function context(code: string, measured: Signal['measured'] = {}): Findings {
  const signal = { detector: 'hostile', code, supports: null, log10LikelihoodRatio: 0, log10Nfa: null, meaning: quoted('A detector of the tests was here.'), measured, evidence: [] }
  return findings({ signals: [signal] })
}

async function misbehave(what: string): Promise<Findings> {
  const [deed, amount] = what.split(' ')
  switch (what) {
    case 'throw':
      throw new Error('thrown on demand')
    case 'throw later':
      setTimeout(() => {
        throw new Error('thrown on demand, later')
      })
      await new Promise(() => {})
      break
    case 'loop':
      for (;;) Math.random()
    case 'hang': {
      const awake = setInterval(() => {}, 1_000)
      await new Promise(() => {})
      clearInterval(awake)
      break
    }
    case 'heap': {
      const kept: number[][] = []
      for (;;) kept.push(Array.from<number>({ length: 1_000_000 }).fill(kept.length + 0.5))
    }
    case 'native': {
      const kept: Buffer[] = []
      while (kept.length < 64) kept.push(Buffer.alloc(64 * 2 ** 20, 1))
      throw new Error(`Nothing stopped it at ${kept.length * 64} MB`)
    }
    case 'exit':
      process.exit(0)
    case 'segfault':
      process.kill(process.pid, 'SIGSEGV')
      await new Promise(() => {})
      break
    case 'talk':
      console.log('printed on demand')
      console.error('complained on demand')
      process.emitWarning('warned on demand')
      break
    case 'odd values':
      return context('odd \u0000values', {
        zero: 'a\u0000b',
        surrogate: 'a\uD800b',
        infinite: Number.POSITIVE_INFINITY,
        callable: (() => {}) as unknown as string,
        long: 'x'.repeat(1_000_000)
      })
  }
  if (deed === 'slow') {
    await wait(Number(amount))
    return context('waited', { ms: Number(amount) })
  }
  return findings()
}

const hostile: Detector = {
  id: 'hostile',
  kind: 'image',
  needsPixels: false,
  async detect(image) {
    const description = image.metadata.exif.get('ImageDescription')
    const [, what] = typeof description === 'string' ? (/^hostile: (.+)$/.exec(description) ?? []) : []
    return what === undefined ? findings() : misbehave(what)
  }
}

const hostileVideo: Detector = {
  id: 'hostile',
  kind: 'video',
  async detect({ metadata }) {
    const [, what] = metadata.texts.flatMap(({ text }) => [/^hostile: (.+)$/.exec(text) ?? []]).find((match) => match.length > 0) ?? []
    return what === undefined ? findings() : misbehave(what)
  }
}

export default [hostile, hostileVideo]
