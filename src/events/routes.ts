import sse from '@fastify/sse'
import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'
import type { Measures } from '../observability/measures.ts'
import type { Redis } from '../platform/redis.ts'
import { watchAccess } from './access.ts'
import { happenedAt } from './event.ts'
import { followEvents, type Message } from './follow.ts'
import type { Caller } from '../accounts/apiKeys.ts'
import type { Hub } from './hub.ts'

const HEARTBEAT_MS = 15_000
/** How long a client should wait before it connects again. */
const RETRY_MS = 1_000
/** A client that lets so much pile up is disconnected; it comes back and replays. */
const MAX_UNSENT_BYTES = 256 * 1024
const MAX_UNSENT_MS = 30_000

/** It is neither kept on its way nor held back. */
const CACHE_CONTROL = 'private, no-store, no-transform'

/** How often a stream looks whether its key or its session still counts. */
const LOOK_EVERY_MS = 10_000

export interface EventRoutesOptions {
  redis: Redis
  hub: Hub
  measures: Measures
  /** Which of these callers still are. */
  stillValid: (callers: Caller[]) => Promise<Set<Caller>>
}

/** The package is CommonJS, and its types describe a module that it isn't. */
const fastifySse = sse as unknown as typeof sse.default

/** `GET /v1/events`: the caller's own events, live and replayed, as server-sent events. */
export const eventRoutes: FastifyPluginAsyncTypebox<EventRoutesOptions> = async (app, { redis, hub, measures, stillValid }) => {
  const open = new Set<FastifyReply>()
  measures.countStreams(() => open.size)
  const access = watchAccess<FastifyReply>({ everyMs: LOOK_EVERY_MS, stillValid, end: (reply) => reply.sse.close() })

  await app.register(fastifySse, { heartbeatInterval: HEARTBEAT_MS, serializer: (data) => String(data) })

  app.addHook('preClose', async () => {
    access.close()
    for (const reply of open) {
      // Written by hand: a message without data is one that browsers act on and pages never see.
      reply.raw.write(`retry: ${RETRY_MS}\n\n`)
      reply.sse.close()
    }
  })

  app.get(
    '/v1/events',
    {
      sse: 'manual',
      // Whoever asks for the head alone would have a stream that nobody reads.
      exposeHeadRoute: false,
      config: { cache: CACHE_CONTROL },
      schema: {
        operationId: 'streamEvents',
        summary: 'Events of your analyses as they happen',
        description:
          'Server-sent events. A stream begins with `ready`, or with `reset` when the place named by `Last-Event-ID` ' +
          'is gone: load your analyses anew then. Each further message is an event; its `id` in the body tells a repeat.',
        tags: ['Events'],
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String()) }),
        response: { 200: { description: 'The stream', content: { 'text/event-stream': { schema: Type.String() } } } }
      }
    },
    async (request, reply) => {
      const { accountId } = request.caller
      if (!acceptsEventStream(request.headers.accept)) {
        throw new Problem('not_acceptable', sentence('This resource is only to be had as text/event-stream.'))
      }
      const release = await app.limits.takeStream(request)
      reply.header('cache-control', CACHE_CONTROL)

      const send = (message: Message) => {
        if (reply.raw.writableLength > MAX_UNSENT_BYTES) reply.raw.destroy()
        if (!reply.sse.isConnected || reply.raw.destroyed) return
        const { id } = message
        const data = message.event === undefined ? message.data : '{}'
        if (message.event === undefined) tellLag(message.data)
        void reply.sse.send(message.event === undefined ? { id, data } : { id, event: message.event, data })
      }
      // What happened before the client was there is a replay, which says nothing of how fast events are.
      const openedAt = Date.now()
      const tellLag = (event: string) => {
        const at = happenedAt(event)
        if (at >= openedAt) measures.eventSent((Date.now() - at) / 1_000)
      }
      open.add(reply)
      access.add(reply, request.caller)
      const forget = () => {
        open.delete(reply)
        access.remove(reply)
        release()
      }
      const leave = await followEvents({
        redis,
        hub,
        accountId,
        lastEventId: request.headers['last-event-id'],
        send,
        taken: () => untilTaken(reply.raw),
        lost: () => reply.sse.close(),
        accessChanged: () => access.look(reply)
      }).catch((error: unknown) => {
        forget()
        throw new Problem('redis_unavailable', sentence('Ask for the analysis itself until live events are back.'), { cause: error })
      })

      reply.sse.keepAlive()
      const end = () => {
        forget()
        leave()
      }
      if (reply.sse.isConnected) reply.sse.onClose(end)
      else end()
    }
  )
}

/** Resolves when what was written has been taken, or the client is gone; one that takes nothing for too long is. */
async function untilTaken(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(() => response.destroy(), MAX_UNSENT_MS)
  response.once('drain', resolve).once('close', resolve)
  await promise
  clearTimeout(timer)
  response.off('drain', resolve).off('close', resolve)
}

/** A header that isn't there, or a wildcard, takes anything. */
function acceptsEventStream(accept: string | undefined): boolean {
  return accept === undefined || /text\/event-stream|text\/\*|\*\/\*/i.test(accept)
}
