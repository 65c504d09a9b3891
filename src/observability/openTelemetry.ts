import { FastifyOtelInstrumentation } from '@fastify/otel'
import { context, diag, DiagLogLevel, isSpanContextValid, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { within } from '../platform/within.ts'
import type { Attributes, Tracing } from './tracing.ts'

/*
 * Traces by OpenTelemetry, sent as OTLP over HTTP. This module, and with it everything that it needs, is loaded only where traces are
 * wanted. Where to, how many and under which name is what OpenTelemetry's standard variables say (OTEL_…): its own libraries read them.
 */

/** What may take longer is not waited for when the service ends. */
const CLOSE_MS = 5_000

/** Asked every few seconds by machines, or open for hours: neither is a trace. */
const untraced = new Set(['/healthz', '/readyz', '/metrics', '/v1/events'])

/**
 * What may leave the process. @fastify/otel writes down addresses, with tokens and whatever else a stranger asks for, and the words of
 * errors, in which what somebody has sent may stand.
 */
const told = /^(?:http\.(?:request\.method|route|response\.status_code)|error\.type|faketect\..+)$/

/** @param release names what runs, e.g. `faketect@1.0.0` */
export function openTelemetry(release: string, log: FastifyBaseLogger): Tracing {
  // What a provider can't be given by hand belongs to the process, and is the same for all of its apps.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const complain = (message: string) => log.warn({ said: message }, 'Traces could not be sent')
  const silent = () => undefined
  diag.setLogger({ error: complain, warn: complain, info: silent, debug: silent, verbose: silent }, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })

  const resource = resourceFromAttributes({ 'service.name': 'faketect', 'service.version': release }).merge(detectResources({ detectors: [envDetector] }))
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(withoutWords(new OTLPTraceExporter()))] })
  const tracer = provider.getTracer('faketect')
  const active = () => trace.getSpanContext(context.active())

  async function run<T>(name: string, attributes: Attributes, kind: SpanKind, parent: Context, work: () => Promise<T>): Promise<T> {
    const span = tracer.startSpan(name, { attributes, kind }, parent)
    try {
      return await context.with(trace.setSpan(parent, span), work)
    } catch (error) {
      const { code, name: type } = error as { code?: unknown; name?: unknown }
      span.setAttribute('error.type', String(code ?? type))
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }

  return {
    span: (name, attributes, work) => run(name, attributes, SpanKind.INTERNAL, context.active(), work),
    continued: (traceparent, name, attributes, work) => run(name, attributes, SpanKind.CONSUMER, continuing(traceparent), work),
    record(name, attributes, beganAt, endedAt) {
      tracer.startSpan(name, { attributes, startTime: new Date(beganAt) }).end(new Date(endedAt))
    },
    traceparent() {
      const span = active()
      return span && `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`
    },
    traceId: () => active()?.traceId,
    async traceRequests(app) {
      const requests = new FastifyOtelInstrumentation({
        recordExceptions: false,
        instrumentHooks: false,
        ignorePaths: ({ url }) => untraced.has(url.replace(/\?.*$/, '')),
        requestHook: nameRequest
      })
      requests.setTracerProvider(provider)
      await app.register(requests.plugin())
    },
    async close() {
      await within(CLOSE_MS, provider.shutdown(), 'Traces are still being sent').catch((error: unknown) => log.warn({ err: error }, 'Traces are lost'))
    }
  }
}

function continuing(traceparent: string | undefined): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent)
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true })
}

/**
 * A client's own trace is linked to, not continued: a stranger is not to decide what is traced here (and no propagator is registered,
 * which is how @fastify/otel would continue it).
 */
function nameRequest(span: Span, request: FastifyRequest): void {
  span.updateName(`${request.method} ${request.routeOptions.url ?? 'no route'}`)
  span.setAttribute('faketect.request.id', request.id)
  const { traceparent } = request.headers
  const theirs = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null
  if (theirs !== null && isSpanContextValid(theirs)) span.addLink({ context: { ...theirs, isRemote: true } })
}

function withoutWords(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(wordless), done),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown()
  }
}

function wordless(span: ReadableSpan): ReadableSpan {
  return Object.create(span, {
    attributes: { value: Object.fromEntries(Object.entries(span.attributes).filter(([name]) => told.test(name))) },
    status: { value: { code: span.status.code } },
    events: { value: [] }
  }) as ReadableSpan
}
