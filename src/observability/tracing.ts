import type { FastifyBaseLogger, FastifyInstance } from 'fastify'

export type Attributes = { readonly [name: string]: string | number | boolean }

/**
 * Where the time of a request and of an analysis goes, told span by span to whoever collects traces. Nobody needs to know whether
 * anybody does.
 */
export interface Tracing {
  /** Runs `work` as a span below the one in which it is called. */
  span<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>
  /**
   * Runs `work` as the first span of this process in a trace that began elsewhere.
   * @param traceparent as W3C Trace Context has it; undefined to begin a trace
   */
  continued<T>(traceparent: string | undefined, name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>
  /** Writes down, below the span in which it is called, what is over already. Both times in milliseconds since the epoch. */
  record(name: string, attributes: Attributes, beganAt: number, endedAt: number): void
  /** How the trace is continued elsewhere; undefined outside of any. */
  traceparent(): string | undefined
  /** By which the trace is found; undefined outside of any. */
  traceId(): string | undefined
  /** Makes each request a span. To be called before there are routes. */
  traceRequests(app: FastifyInstance): Promise<void>
  /** Sends what is still to be sent, within a few seconds. */
  close(): Promise<void>
}

/** Traces that nobody collects. */
export const noTracing: Tracing = {
  span: (_name, _attributes, work) => work(),
  continued: (_traceparent, _name, _attributes, work) => work(),
  record: () => undefined,
  traceparent: () => undefined,
  traceId: () => undefined,
  traceRequests: async () => undefined,
  close: async () => undefined
}

/** Nothing of OpenTelemetry is loaded where nobody collects traces. */
export async function openTracing({ tracing, release }: { tracing: boolean; release: string }, log: FastifyBaseLogger): Promise<Tracing> {
  if (!tracing) return noTracing
  const { openTelemetry } = await import('./openTelemetry.ts')
  return openTelemetry(release, log)
}
