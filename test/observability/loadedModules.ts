/**
 * For `--import`: writes the names of the modules of Sentry and of OpenTelemetry that a process loads into a file. Not of its
 * interface, which does nothing by itself: the client of Prometheus loads that.
 */
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const file = process.env.LOADED_MODULES_FILE

registerHooks({
  load(url, context, nextLoad) {
    if (file !== undefined && /@sentry|@opentelemetry\/(?!api\/)|@fastify\/otel/.test(url)) appendFileSync(file, `${url}\n`)
    return nextLoad(url, context)
  }
})
