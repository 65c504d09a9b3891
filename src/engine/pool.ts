import { fileURLToPath } from 'node:url'
import { LRUCache } from 'lru-cache'
import { Piscina } from 'piscina'
import { sentence, type Sentence } from '../language/sentence.ts'
import type { TrustList } from './detector.ts'
import { versionsOf, type Model } from './models/folder.ts'
import { fewNotices, type OnNotice } from './notice.ts'
import type { AnalysisOutcome, AnalysisTask, Began, Noticed, ThreadSettings } from './threadMessages.ts'
import { EngineError, failureOf, type MediaKind, type Report } from './types.ts'
import { turnstile } from '../platform/turnstile.ts'
import { versionUnder } from './version.ts'
import { analyzeInOwnProcess } from './video/ownProcess.ts'
import type { SampledVideo } from './video/stills.ts'

export interface EngineOptions {
  /**
   * Analyses that run at the same time. Each may take the JavaScript heap below and the pixels of one picture, or what a video's
   * process may take.
   */
  threads: number
  /** For one picture, counted from when its thread starts it, not from when it is handed in. */
  deadlineMs: number
  /** For one video; left out, it has the time of a picture. */
  videoDeadlineMs?: number
  /** Path of a module whose default export is `Detector[]`, appended to the engine's own. */
  detectors?: string | undefined
  /** Models that are asked besides, see `openModels`. */
  models?: readonly Model[]
  /** The trust list as it is now, asked for with each analysis; undefined where none is configured. */
  trustList?: () => TrustList | undefined
  /** Told of each analysis that is over, however it ended: how long a thread or a process was at it. */
  onAnalyzed?: (kind: MediaKind, tookMs: number) => void
  /** Told of errors that belong to no analysis, such as a thread that dies while idle. The pool has replaced it. */
  onError?: (error: Error) => void
  /** Told of what threads say when they are at no analysis. */
  onNotice?: OnNotice
}

export interface Engine {
  /** As of now: it changes with the trust list. */
  readonly version: string
  readonly threads: number
  /** How many of them are at something, and how many analyses wait for one. */
  readonly busy: number
  readonly waiting: number
  /**
   * Analyses one file. Its bytes are taken over: the caller's buffer is empty afterwards.
   *
   * @param options.priority a whole number, 1 is the most urgent: in which order those that wait get a thread
   * @param options.onNotice told of what its thread or process says, and of what became of them; also a moment after the report
   * @param options.onSampled is given a video's stills while it is still being analysed, and how long ago its analysis began
   * @throws {EngineError} when the file or the engine fails
   * @throws the signal's reason, at once, when the caller gives up; a running thread is ended and replaced, a process ended
   */
  analyze(input: { bytes: ArrayBuffer; mediaType: string }, options?: AnalyzeOptions): Promise<Report>
  /** Resolves when the pool answers, or when all threads are busy within their deadlines; throws otherwise. */
  check(): Promise<void>
  /** Ends all threads at once. What still runs or waits is rejected. */
  close(): Promise<void>
}

export interface AnalyzeOptions {
  signal?: AbortSignal
  priority?: number
  onSampled?: (video: SampledVideo, sinceMs: number) => void
  onNotice?: OnNotice
}

/**
 * JavaScript heap a thread. Metadata parsing takes a few megabytes; pixels live outside of this heap and are bounded by
 * the pixel limit of `image.ts`.
 */
const resourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 }

/** Analyses that may wait for a thread. The ledger hands in about as many as there are threads; more is a fault. */
const maxWaiting = 10_000

/** A thread that was just started loads libvips and the detectors before it begins; a hung one is not waited for. */
const startAllowanceMs = 15_000

const checkTimeoutMs = 5_000

/** Analyses whose threads are still heard; what a thread says may come after its answer. */
const maxHeard = 1_000

/** The part of a video's time after which the decoding of its frames is given up, so that the rest of it is still told. */
const decodingShare = 0.7

/**
 * Starts the threads that analyse files. A thread that throws, loops, runs out of memory or exits fails the one file it
 * was at, and is replaced. It does not contain native code: a segmentation fault ends the process. Videos, whose decoders
 * are trusted least, are analysed in processes of their own.
 *
 * Analyses wait in a turnstile of ours, not in Piscina's queue: Piscina 5.3 puts tasks that can be aborted past both its
 * `taskQueue` and its `maxQueue`.
 */
export function createEngine({ threads, deadlineMs, videoDeadlineMs = deadlineMs, detectors, models = [], trustList = () => undefined, onAnalyzed = () => {}, onError = () => {}, onNotice = () => {} }: EngineOptions): Engine {
  const settings: ThreadSettings = { detectors, models }
  const pool = new Piscina({
    filename: fileURLToPath(new URL('thread.ts', import.meta.url)),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    maxQueue: threads,
    stricterFIFO: true,
    // sharp answers through the thread's event loop, which a thread that waits by Atomics does not turn.
    atomics: 'disabled',
    resourceLimits,
    workerData: settings
  })
  pool.on('error', onError)

  const slots = turnstile(threads, maxWaiting)
  const running = new Map<number, RunningTask>()
  const heard = new LRUCache<number, OnNotice>({ max: maxHeard })
  const closed = new AbortController()
  let nextId = 0

  // Threads say when they begin and what else there is; anything else on this channel is no message of ours.
  pool.on('message', (message: Partial<Began & Noticed> | undefined) => {
    running.get(message?.began ?? -1)?.begin(message?.thread)
    if (message?.notice !== undefined) (heard.get(message.of ?? -1) ?? onNotice)(message.notice)
  })

  /** Does some work when a slot is free, until it is done, the time is over or the caller gives up. */
  async function inSlot<Result>(
    work: (task: RunningTask, id: number, signal: AbortSignal) => Promise<Result>,
    limits: { startMs: number; runMs: number; late: Sentence },
    { signal, priority }: AnalyzeOptions = {}
  ): Promise<Result> {
    const given = signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal])
    await slots.enter(given, priority)
    const id = nextId++
    const deadline = new AbortController()
    const abort = AbortSignal.any([given, deadline.signal])
    const task = runningTask(limits, () => deadline.abort(new EngineError('analysis_timed_out', limits.late)))
    running.set(id, task)
    try {
      return await work(task, id, abort)
    } catch (error) {
      if (abort.aborted) throw abort.reason
      throw failureOf(error)
    } finally {
      task.end()
      running.delete(id)
      slots.leave()
    }
  }

  return {
    get version() {
      return versionUnder(trustList(), versionsOf(models))
    },
    threads,
    get busy() {
      return threads - slots.free
    },
    get waiting() {
      return slots.waiting
    },

    async analyze({ bytes, mediaType }, options = {}) {
      const isVideo = mediaType.startsWith('video/')
      const runMs = isVideo ? videoDeadlineMs : deadlineMs
      const limits = { startMs: startAllowanceMs, runMs, late: sentence('The analysis took longer than {seconds, number} seconds and was stopped', { seconds: runMs / 1000 }) }
      const tell = fewNotices(options.onNotice ?? onNotice)
      const outcome = await inSlot(measured, limits, options)
      if ('failure' in outcome) throw new EngineError(outcome.failure.code, outcome.failure.reason)
      return outcome.report

      async function measured(running: RunningTask, id: number, signal: AbortSignal): Promise<AnalysisOutcome> {
        try {
          return await (isVideo ? inProcess(running, signal) : inThread(running, id, signal))
        } finally {
          onAnalyzed(isVideo ? 'video' : 'image', running.sinceMs())
        }
      }

      async function inThread(running: RunningTask, id: number, signal: AbortSignal): Promise<AnalysisOutcome> {
        const task: AnalysisTask = { id, bytes, mediaType, context: { trustList: trustList() } }
        heard.set(id, tell)
        try {
          return await pool.run(task, { transferList: [bytes], signal })
        } catch (error) {
          if (!pool.threads.some(({ threadId }) => threadId === running.thread)) {
            const { message: why } = (signal.aborted ? signal.reason : error) as Error
            tell({ level: 'warn', message: 'The thread of an analysis has ended before it, and is replaced', why, maxHeapMb: resourceLimits.maxOldGenerationSizeMb })
          }
          throw error
        }
      }

      function inProcess(running: RunningTask, signal: AbortSignal): Promise<AnalysisOutcome> {
        const { onSampled } = options
        const task = { mediaType, context: { trustList: trustList() }, settings, wantsStills: onSampled !== undefined }
        return analyzeInOwnProcess(bytes.transfer(), task, {
          signal,
          decodeWithinMs: decodingShare * runMs,
          onBegan: () => running.begin(),
          onNotice: tell,
          onSampled: (video) => onSampled?.(video, running.sinceMs())
        })
      }
    },

    async check() {
      if (slots.free > 0) {
        const limits = { startMs: checkTimeoutMs, runMs: checkTimeoutMs, late: sentence('The engine does not answer') }
        await inSlot((_running, _id, signal) => pool.run(undefined, { name: 'ping', signal }), limits)
        return
      }
      // An overdue task is ended by its own timer; that one is still here means that ending it did not work.
      if ([...running.values()].some((task) => task.isOverdue())) throw new Error('All threads are busy, one beyond its deadline')
    },

    async close() {
      closed.abort(new Error('The engine is closed'))
      await pool.destroy()
    }
  }
}

interface RunningTask {
  begin(thread?: number): void
  /** Where it runs; undefined before it has begun, and in a process. */
  readonly thread: number | undefined
  /** How long ago it began. */
  sinceMs(): number
  end(): void
  isOverdue(): boolean
}

function runningTask({ startMs, runMs }: { startMs: number; runMs: number }, onLate: () => void): RunningTask {
  let began = performance.now()
  let due = performance.now() + startMs
  let timer = setTimeout(onLate, startMs)
  let thread: number | undefined
  return {
    begin(given) {
      thread = given
      clearTimeout(timer)
      began = performance.now()
      due = began + runMs
      timer = setTimeout(onLate, runMs)
    },
    get thread() {
      return thread
    },
    sinceMs: () => performance.now() - began,
    end: () => clearTimeout(timer),
    // A second of grace: timers of a busy process are late, which is no illness of the pool.
    isOverdue: () => performance.now() > due + 1_000
  }
}
