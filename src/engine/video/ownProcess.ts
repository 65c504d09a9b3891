import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { sentence } from '../../language/sentence.ts'
import type { OnNotice } from '../notice.ts'
import type { AnalysisOutcome } from '../threadMessages.ts'
import { EngineError, outOfMemory } from '../types.ts'
import { watchMemory } from './memoryWatch.ts'
import type { DecodingDeath, VideoMessage, VideoTask } from './processMessages.ts'
import type { SampledVideo } from './stills.ts'

const entry = fileURLToPath(new URL('process.ts', import.meta.url))

/**
 * What a process may take: 100 MB of file, 120 MB of program, and a decoder with 30 frames of 9 megapixels in ten bits (810 MB). Ordinary
 * 4K videos take less than half of it. Watched on Linux.
 */
const maxResidentBytes = 1_250_000_000

/** The garbage collector can be called by name: objects of a few bytes hold native frames. */
const execArgv = ['--expose-gc', '--max-old-space-size=512']

/** Nothing of the service's own environment, which holds its secrets. Else glibc would keep, for each of the decoder's threads, what it freed. */
const env = { MALLOC_ARENA_MAX: '2' }

export interface ProcessOptions {
  /** Ends the process. */
  signal: AbortSignal
  /** Counted from its beginning. A process that has not decoded by then is replaced by one that does not decode. */
  decodeWithinMs: number
  onBegan: () => void
  onSampled: (video: SampledVideo) => void
  onNotice: OnNotice
}

/**
 * Analyses a video in a process of its own: FFmpeg's decoders are native code before files of strangers, and a thread contains neither
 * their crashes nor their memory. Where a process ends while it decodes, a second one analyses the file without its frames.
 *
 * @throws {EngineError} `engine_crashed`, `analysis_out_of_memory`
 * @throws the signal's reason when it is aborted
 */
export async function analyzeInOwnProcess(bytes: ArrayBuffer, task: Omit<VideoTask, 'sizeBytes' | 'withoutFrames'>, options: ProcessOptions): Promise<AnalysisOutcome> {
  const first = await run(bytes, { ...task, sizeBytes: bytes.byteLength, withoutFrames: undefined }, options)
  if (!('death' in first)) return first
  if (first.hadDecoded) throw failureOfDeath(first)
  options.onNotice({ level: 'error', message: 'The process of a video ended while it decoded; another one goes on without its frames', death: first.death, how: first.how })
  const second = await run(bytes, { ...task, sizeBytes: bytes.byteLength, withoutFrames: first.death }, { ...options, onBegan: () => undefined })
  if ('death' in second) throw failureOfDeath(second)
  return second
}

/** A process that ended before it had answered. */
interface Death {
  death: DecodingDeath
  hadDecoded: boolean
  /** For those who run the service. */
  how: string
}

function failureOfDeath({ death, how }: Death): EngineError {
  const cause = new Error(`The process ${how}`)
  return death === 'out_of_memory' ? outOfMemory(cause) : new EngineError('engine_crashed', sentence('The analysis broke off: its process came to an end'), { cause })
}

async function run(bytes: ArrayBuffer, task: VideoTask, { signal, decodeWithinMs, onBegan, onSampled, onNotice }: ProcessOptions): Promise<AnalysisOutcome | Death> {
  signal.throwIfAborted()
  const child = fork(entry, { execArgv, env, serialization: 'advanced', stdio: ['pipe', 'ignore', 'pipe', 'ipc'] })
  let outcome: AnalysisOutcome | undefined
  let killedFor: DecodingDeath | undefined
  let hadDecoded = false
  let late: NodeJS.Timeout | undefined
  let complaint = ''
  const kill = (why?: DecodingDeath) => {
    killedFor ??= why
    child.kill('SIGKILL')
  }
  const giveUp = () => kill()
  const outgrown = (residentBytes: number) => {
    if (killedFor === undefined) onNotice({ level: 'warn', message: 'The process of a video takes too much memory and is ended', residentBytes, maxResidentBytes })
    kill('out_of_memory')
  }
  signal.addEventListener('abort', giveUp)
  const stopWatching = child.pid === undefined ? () => undefined : watchMemory(child.pid, maxResidentBytes, outgrown)
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-4_000)))
  child.on('message', (message: VideoMessage) => {
    if ('notice' in message) onNotice(message.notice)
    else if ('began' in message) {
      onBegan()
      late = setTimeout(() => kill('stuck'), decodeWithinMs)
    } else if ('decoded' in message) {
      clearTimeout(late)
      hadDecoded = true
      if (message.video !== undefined) onSampled(message.video)
    } else {
      outcome = message
      kill()
    }
  })
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`did not start: ${error.message}`))
    child.on('close', (code, by) => resolve(by === null ? `exited with ${code}` : `was ended by ${by}`))
  })
  // A process that ends does not read on; that is told by its end.
  child.stdin?.on('error', () => undefined).end(new Uint8Array(bytes))
  child.send(task, () => undefined)
  const how = await ended
  clearTimeout(late)
  stopWatching()
  signal.removeEventListener('abort', giveUp)
  signal.throwIfAborted()
  if (outcome !== undefined && complaint !== '') onNotice({ level: 'warn', message: 'The process of a video complained', said: complaint })
  if (outcome !== undefined) return outcome
  const ranOut = /heap out of memory|bad_alloc/.test(complaint)
  return { death: killedFor ?? (ranOut ? 'out_of_memory' : 'crashed'), hadDecoded, how: `${how}. ${complaint}` }
}
