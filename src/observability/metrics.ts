import { createServer } from 'node:http'
import { Gauge, Registry } from '@prometheus-io/client'
import type { FastifyInstance } from 'fastify'
import fastifyMetrics from 'fastify-metrics'
import fp from 'fastify-plugin'
import type { Provider } from '../engine/providers/provider.ts'

export interface MetricsOptions {
  host: string
  port: number | undefined
  providers: readonly Provider[]
}

/**
 * `/metrics` for Prometheus: on a port of its own, which a proxy does not pass on to the world, else beside the rest.
 * The registry belongs to the app: two apps can live in one process.
 */
export const metrics = fp<MetricsOptions>(async (app: FastifyInstance, { host, port, providers }) => {
  const register = new Registry()
  measureCircuits(register, providers)
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

/** For each provider that can be left alone: 1 while it is, 0.5 while a single request tries it, 0 while it is asked as always. */
function measureCircuits(register: Registry, providers: readonly Provider[]): void {
  const values = { closed: 0, half_open: 0.5, open: 1 }
  const gauge = new Gauge({
    name: 'faketect_provider_circuit_open',
    help: 'Whether a provider is left alone because it failed too often',
    labelNames: ['provider'],
    registers: [register],
    collect() {
      for (const { id, circuit } of providers) if (circuit !== undefined) gauge.set({ provider: id }, values[circuit()])
    }
  })
}
