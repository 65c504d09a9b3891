import type { ErrorEvent } from '@sentry/node'
import type { Config, SentryConfig } from '../config.ts'
import { withoutValues } from './loggedError.ts'
import type { ErrorLine } from './logger.ts'
import { withoutPersonalData } from './personalData.ts'
import { hideSecretsOf } from './secrets.ts'

/** Tells Sentry, or whoever speaks its protocol, of errors that nobody expected. */
export interface ErrorReports {
  /** Never waits and never fails. The same error object is told of once. */
  report(line: ErrorLine): void
  /** Waits until all have been sent, at most so long. */
  close(timeoutMs: number): Promise<void>
}

/** What is told of a line besides its error; whatever else stands in it stays in the log. */
const told = ['requestId', 'analysisId', 'attempt', 'traceId', 'code', 'route', 'failure', 'reason', 'provider', 'batchId'] as const

/**
 * Opens the way to Sentry. It is a client of its own without any of the integrations that watch a process: those would add what they see
 * (addresses, headers, queries, lines that were printed), report the same error again, and trace beside OpenTelemetry. `@sentry/node` is
 * loaded here and nowhere else.
 */
export async function openErrorReports(config: Partial<Config> & Pick<Config, 'release'> & { sentry: SentryConfig }): Promise<ErrorReports> {
  const { NodeClient, Scope, defaultStackParser, linkedErrorsIntegration, makeNodeTransport } = await import('@sentry/node')
  const hideSecrets = hideSecretsOf(config)
  const harmless = (text: string) => withoutPersonalData(hideSecrets(withoutValues(text)))

  const client = new NodeClient({
    ...config.sentry,
    release: config.release,
    transport: makeNodeTransport,
    stackParser: defaultStackParser,
    integrations: [linkedErrorsIntegration()],
    // What it would collect by itself; with no integration that collects it is nothing. (The successor of `sendDefaultPii`.)
    dataCollection: { userInfo: false, cookies: false, httpHeaders: false, httpBodies: [], urlQueryParams: false, databaseQueryData: false, queues: false },
    maxBreadcrumbs: 0,
    traceLifecycle: 'static',
    enableRuntimeChannelInjection: false,
    sendClientReports: false,
    beforeSend: (event) => onlyKnown(event, harmless)
  })
  client.init()

  return {
    report({ level, message, error, fields }) {
      const scope = new Scope()
      scope.setClient(client)
      scope.setLevel(level)
      scope.setExtras({ message, detail: fields.detail })
      for (const name of told) {
        const value = fields[name]
        if (typeof value === 'string' || typeof value === 'number') scope.setTag(name, value)
      }
      if (typeof fields.accountId === 'string') scope.setUser({ id: fields.accountId })
      if (error === undefined) scope.captureMessage(message, level)
      else scope.captureException(error, { mechanism: { type: 'log', handled: level !== 'fatal' } })
    },
    async close(timeoutMs) {
      await client.close(timeoutMs)
    }
  }
}

/** What is sent of an event: a list of what may be, each text of it without secrets and personal data. */
function onlyKnown(event: ErrorEvent, harmless: (text: string) => string): ErrorEvent {
  const { event_id, timestamp, platform, level, release, environment, server_name, contexts, tags = {}, user, extra = {}, message, exception } = event
  const known = {
    type: undefined,
    event_id,
    timestamp,
    platform,
    level,
    release,
    environment,
    server_name,
    contexts: { runtime: contexts?.runtime },
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, harmless(String(value))])),
    user: user?.id === undefined ? undefined : { id: user.id },
    extra: Object.fromEntries(Object.entries(extra).flatMap(([name, said]) => (typeof said === 'string' ? [[name, harmless(said)]] : []))),
    message: message === undefined ? undefined : harmless(message),
    exception: exception && {
      values: exception.values?.map(({ type, value, stacktrace, mechanism }) => ({
        type,
        value: value === undefined ? undefined : harmless(value),
        mechanism: mechanism && { type: mechanism.type, handled: mechanism.handled, source: mechanism.source, exception_id: mechanism.exception_id, parent_id: mechanism.parent_id },
        stacktrace: stacktrace && {
          frames: stacktrace.frames?.map(({ filename, function: name, module, lineno, colno, in_app }) => ({ filename, function: name, module, lineno, colno, in_app }))
        }
      }))
    }
  }
  return known as ErrorEvent
}
