/**
 * The design that the service replaces: the file is buffered, the same engine and the same provider are called inside
 * the request handler, and the answer is the verdict. One process; nothing is stored, queued or told to anybody else.
 */
import fastifyMultipart from '@fastify/multipart'
import Fastify from 'fastify'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createEngine } from '../../src/engine/pool.ts'
import { examine } from '../../src/engine/providers/examine.ts'
import providers from './standIn.ts'

const engine = createEngine({ threads: 1, deadlineMs: 30_000 })
const app = Fastify()
await app.register(fastifyMultipart)

app.post('/v1/analyses', async (request, reply) => {
  const file = await request.file()
  const buffer = await file?.toBuffer()
  if (buffer === undefined) return reply.code(400).send()
  const [bytes, forProviders] = [new Uint8Array(buffer).buffer, new Uint8Array(buffer).buffer]
  const asked = { providers, bytes: forProviders }
  const { signal } = new AbortController()
  const { report } = await examine({ engine, providers, providerTimeoutMs: 20_000 }, { bytes, mediaType: 'image/jpeg' }, asked, 1, signal)
  return { ...report, evidence: report.evidence.map(({ name }) => name), state: 'completed' }
})

const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()
process.on('message', (what) => {
  if (what === 'reset') delay.reset()
  else process.send?.({ delayMs: delay.percentile(99) / 1e6 })
})
const address = await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ address })
