import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client'
import type { Failure } from '../analyses/moves.ts'
import { engineFailures, mediaKinds, verdicts, type MediaKind, type Report, type Verdict } from '../engine/types.ts'
import { planNames, type PlanName } from '../limits/plans.ts'
import { outboundFailures } from '../platform/outbound/failure.ts'
import { Problem } from '../platform/problem.ts'
import { boundedLabel } from './labels.ts'

/** Seconds: of a request to a server nearby, of work on a file, and of an upload over a slow line. */
const LATENCY = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const WORK = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
const UPLOAD = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900]

/** The ends of an analysis. */
const endStates = ['completed', 'failed', 'cancelled'] as const
/** Failures that are not the engine's; see `attempt.ts` and `moves.ts`. */
const ledgerFailures = ['analysis_crashed', 'internal_error', 'media_missing', 'storage_unavailable']
const caches = ['identical_file', 'caller'] as const
const webhookOutcomes = ['delivered', 'refused', 'redirected', 'gone', ...Object.keys(outboundFailures)]
/** More than anybody has, and few enough for Prometheus. The engine's own detectors, some twenty, are seen before those of a module. */
const MOST_PROVIDERS = 10
const MOST_DETECTORS = 60

/** Of one file that came in: to be analysed, answered from an earlier result, refused by us, or failed by us. */
export type UploadOutcome = 'queued' | 'answered' | 'refused' | 'failed'

/** Of what was asked of the storage: `error` is the store's own failure, `interrupted` that of whoever sends or wants the bytes. */
export type StorageOutcome = 'ok' | 'missing' | 'error' | 'interrupted'

interface EndedAnalysis {
  kind: MediaKind
  /** Of its account. */
  plan: PlanName
}

/** What the parts of the service tell of their work as they do it. What can be asked for at any time is in `gauges.ts`. */
export type Measures = ReturnType<typeof createMeasures>

/** The counters and histograms of one app, in its own registry: two apps can live in one process. */
export function createMeasures(register: Registry) {
  const registers = [register]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `faketect_${name}`, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], labelNames: Label[] = []) =>
    new Histogram({ name: `faketect_${name}`, help, buckets, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `faketect_${name}`, help, labelNames, registers })

  const analyses = counter('analyses_total', 'Analyses that ended, by how', ['type', 'status', 'plan'])
  const failures = counter('analysis_failures_total', 'Analyses that failed, by why', ['type', 'code'])
  const givenVerdicts = counter('verdicts_total', 'Verdicts, and whether they rest on less than they should', ['type', 'verdict', 'degraded'])
  const providerFailures = counter('provider_failures_total', 'Times that a provider was left out of a verdict, by why', ['provider', 'reason'])
  const analysisDuration = histogram('analysis_duration_seconds', 'Time that the engine (local) or a provider took for a file', WORK, ['type', 'provider'])
  const detectorDuration = histogram('detector_duration_seconds', 'Time that a step of the engine took for a file', WORK, ['detector'])
  const inFlight = gauge('analyses_in_flight', 'Analyses that this process works on', ['type'])
  const lookups = counter('cache_lookups_total', 'Looks into a cache, and whether it answered', ['cache', 'result'])
  const uploadBytes = counter('upload_bytes_total', 'Bytes of files that came in')
  const uploadDuration = histogram('upload_duration_seconds', 'Time from the first byte of a file until it was taken or refused', UPLOAD, ['outcome'])
  const storageDuration = histogram('storage_duration_seconds', 'Time that object storage took, without waiting for a client', LATENCY, ['operation', 'outcome'])
  const redisDuration = histogram('redis_command_duration_seconds', 'Time that a command of Redis took', LATENCY, ['outcome'])
  const postgresDuration = histogram('postgres_query_duration_seconds', 'Time that a query of PostgreSQL took', LATENCY, ['pool', 'outcome'])
  const poolWait = histogram('postgres_pool_wait_seconds', 'Time that a connection of the pool was waited for', LATENCY, ['pool'])
  const deliveryLag = histogram('sse_delivery_lag_seconds', 'Time from an event until it was sent to a client that was there', LATENCY)
  const webhookAttempts = counter('webhook_attempts_total', 'Attempts to deliver a webhook, by how they ended', ['outcome'])
  const webhookDuration = histogram('webhook_attempt_duration_seconds', 'Time that a receiver of a webhook took', LATENCY)
  const refusals = counter('rate_limit_refusals_total', 'What was refused because of a limit', ['limit', 'plan'])
  const problems = counter('problems_total', 'Requests answered by a problem, by its code', ['code'])

  let streams = () => 0
  const sseClients: Gauge = new Gauge({
    name: 'faketect_sse_clients',
    help: 'Open event streams of this process',
    registers,
    collect() {
      sseClients.set(streams())
    }
  })

  const providerLabel = boundedLabel([], MOST_PROVIDERS)
  const detectorLabel = boundedLabel([], MOST_DETECTORS)
  const failureLabel = boundedLabel([...engineFailures, ...ledgerFailures])
  const webhookLabel = boundedLabel(webhookOutcomes)

  // A rate is only seen from the second value on: what is rare must not begin with 1.
  for (const type of mediaKinds) {
    inFlight.set({ type }, 0)
    for (const plan of planNames) for (const status of endStates) analyses.inc({ type, status, plan }, 0)
    for (const verdict of verdicts) for (const degraded of ['true', 'false']) givenVerdicts.inc({ type, verdict, degraded }, 0)
  }
  for (const cache of caches) for (const result of ['hit', 'miss']) lookups.inc({ cache, result }, 0)
  for (const outcome of webhookOutcomes) webhookAttempts.inc({ outcome }, 0)

  /** Counts a problem that is the refusal of a limit; any other is none of these. */
  function refused({ hit }: Problem): void {
    if (hit !== undefined) refusals.inc({ limit: hit.limit, plan: hit.plan ?? 'none' })
  }

  return {
    /** This and the next three are called once for each analysis that ends, by whoever's guarded `UPDATE` ended it. */
    analysisCompleted({ kind, plan }: EndedAnalysis, verdict: Verdict, degraded: boolean) {
      analyses.inc({ type: kind, status: 'completed', plan })
      givenVerdicts.inc({ type: kind, verdict, degraded: String(degraded) })
    },
    /** It had its verdict from an identical file. */
    analysisAnswered({ kind, plan }: EndedAnalysis) {
      analyses.inc({ type: kind, status: 'completed', plan })
    },
    analysisFailed({ kind, plan }: EndedAnalysis, { code }: Pick<Failure, 'code'>) {
      analyses.inc({ type: kind, status: 'failed', plan })
      failures.inc({ type: kind, code: failureLabel(code) })
    },
    analysisCancelled({ kind, plan }: EndedAnalysis) {
      analyses.inc({ type: kind, status: 'cancelled', plan })
    },
    /** @returns a function to call when the attempt is over */
    attemptBegan({ kind }: { kind: MediaKind }) {
      inFlight.inc({ type: kind })
      return () => inFlight.dec({ type: kind })
    },
    engineTook(kind: MediaKind, milliseconds: number) {
      analysisDuration.observe({ type: kind, provider: 'local' }, milliseconds / 1_000)
    },
    providerTook(provider: string, kind: MediaKind, seconds: number) {
      analysisDuration.observe({ type: kind, provider: providerLabel(provider) }, seconds)
    },
    /** @param reason one of `ProviderFailureCode`, or `unknown` */
    providerFailed(provider: string, reason: string) {
      providerFailures.inc({ provider: providerLabel(provider), reason })
    },
    detectorsTook(durationsMs: Report['durationsMs']) {
      for (const [id, milliseconds] of Object.entries(durationsMs)) detectorDuration.observe({ detector: detectorLabel(id) }, milliseconds / 1_000)
    },
    lookedUp(cache: (typeof caches)[number], hit: boolean) {
      lookups.inc({ cache, result: hit ? 'hit' : 'miss' })
    },
    bytesCameIn(bytes: number) {
      uploadBytes.inc(bytes)
    },
    uploadEnded(outcome: UploadOutcome, seconds: number) {
      uploadDuration.observe({ outcome }, seconds)
    },
    storageTook(operation: string, outcome: StorageOutcome, seconds: number) {
      storageDuration.observe({ operation, outcome }, seconds)
    },
    redisTook(outcome: 'ok' | 'error', seconds: number) {
      redisDuration.observe({ outcome }, seconds)
    },
    postgresTook(pool: string, outcome: 'ok' | 'error', seconds: number) {
      postgresDuration.observe({ pool, outcome }, seconds)
    },
    poolWaited(pool: string, seconds: number) {
      poolWait.observe({ pool }, seconds)
    },
    /** @param count how many streams are open, asked at each scrape */
    countStreams(count: () => number) {
      streams = count
    },
    eventSent(lagSeconds: number) {
      deliveryLag.observe(Math.max(0, lagSeconds))
    },
    /** @param error see `Outcome`; null for one that was delivered */
    webhookAttempted(error: string | null, milliseconds: number) {
      webhookAttempts.inc({ outcome: webhookLabel(error ?? 'delivered') })
      webhookDuration.observe(milliseconds / 1_000)
    },
    /** A request was answered by a problem. */
    problemAnswered(problem: Problem) {
      problems.inc({ code: problem.code })
      // What stands for the refusals of a whole batch: each of them was counted.
      if (!(problem.cause instanceof Problem)) refused(problem)
    },
    refused
  }
}
