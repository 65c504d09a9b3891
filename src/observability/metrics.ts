import { createServer } from 'node:http'
import type { Registry } from '@prometheus-io/client'
import type { FastifyInstance } from 'fastify'
import fastifyMetrics from 'fastify-metrics'
import fp from 'fastify-plugin'

export interface MetricsOptions {
  host: string
  port: number | undefined
  register: Registry
}

/**
 * `/metrics` for Prometheus: on a port of its own, which a proxy does not pass on to the world, else beside the rest. Measures requests
 * and the process itself.
 */
export const metrics = fp<MetricsOptions>(async (app: FastifyInstance, { host, port, register }) => {
  await app.register(fastifyMetrics.default, {
    endpoint: null,
    defaultMetrics: { enabled: true, register },
    routeMetrics: { enabled: { histogram: true, summary: false }, overrides: { histogram: { registers: [register] }, summary: { registers: [register] } } }
  })

  if (port === undefined) {
    app.get('/metrics', { logLevel: 'warn', schema: { hide: true } }, async (_request, reply) =>
      reply.type(register.contentType).send(await register.metrics())
    )
    return
  }

  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    register.metrics().then(
      (text) => response.writeHead(200, { 'content-type': register.contentType }).end(text),
      (error: unknown) => {
        app.log.error({ err: error }, 'The metrics could not be collected')
        response.writeHead(500).end()
      }
    )
  })
  app.addHook('onListen', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(port, host, resolve)
    await promise
  })
  app.addHook('onClose', async () => {
    server.close()
  })
})
