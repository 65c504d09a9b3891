import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request, type Agent, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import type { AnalysisResource } from '../../src/analyses/resource.ts'
import { isAnalysisEvent, type Event } from '../../src/events/event.ts'

/** How long a person waits for a verdict before it counts as lost. */
const PATIENCE_MS = 90_000

/** What a crowd has seen. Times in milliseconds. */
export interface Seen {
  /** By status; `broken` where no answer came. */
  statuses: Record<string, number>
  /** From the first byte sent to the answer of the upload. */
  answerMs: number[]
  /** From the first byte sent to the terminal event, or to the answer where that is the verdict. */
  verdictMs: number[]
  accepted: number
  completed: number
  degraded: number
  failed: number
  lost: number
  /** Analyses with two terminal events of different ids. */
  doubled: number
  /** The same event twice, which its id tells. */
  repeated: number
  /** Streams that ended and were opened again. */
  reconnects: number
}

export const nothingSeen = (): Seen => ({
  statuses: {},
  answerMs: [],
  verdictMs: [],
  accepted: 0,
  completed: 0,
  degraded: 0,
  failed: 0,
  lost: 0,
  doubled: 0,
  repeated: 0,
  reconnects: 0
})

export interface Habits {
  address: string
  key: string
  agent: Agent
  /** A JPEG; each upload is made another one. */
  picture: Buffer
  thinkMs: () => number
  /** Whether there is a stream of events; else the answer of the upload is the verdict. */
  listens: boolean
}

const terminal: ReadonlySet<string> = new Set(['analysis.completed', 'analysis.failed', 'analysis.cancelled'])

/** One person: uploads, listens, reads, thinks, until the signal fires; then the last verdict is still waited for. */
export async function live(habits: Habits, seen: Seen, done: AbortSignal): Promise<void> {
  const hearing = habits.listens ? listen(habits, seen) : undefined
  await hearing?.ready
  await sleep(habits.thinkMs(), undefined, { signal: done }).catch(() => undefined)
  while (!done.aborted) {
    const start = performance.now()
    const answer = await send(habits, 'POST', '/v1/analyses', seen)
    if (answer?.status === 202 || answer?.status === 200) {
      seen.accepted++
      seen.answerMs.push(performance.now() - start)
      if (hearing === undefined) seen.completed++
      else await awaitVerdict(habits, seen, hearing, (JSON.parse(answer.body) as AnalysisResource).id, start)
      if (hearing === undefined) seen.verdictMs.push(performance.now() - start)
    }
    await sleep(habits.thinkMs(), undefined, { signal: done }).catch(() => undefined)
  }
  hearing?.close()
}

async function awaitVerdict(habits: Habits, seen: Seen, hearing: Hearing, id: string, start: number): Promise<void> {
  const heardAt = await hearing.verdictOf(id)
  if (heardAt === undefined) seen.lost++
  else seen.verdictMs.push(heardAt - start)
  const answer = await send(habits, 'GET', `/v1/analyses/${id}`, seen)
  if (answer?.status !== 200) return
  const { state, degraded } = JSON.parse(answer.body) as AnalysisResource
  if (state === 'completed') seen.completed++
  else seen.failed++
  if (degraded !== null) seen.degraded++
}

/** One request, its body and its answer; undefined when the connection broke. */
async function send(
  { address, key, agent, picture }: Habits,
  method: 'GET' | 'POST',
  path: string,
  seen: Seen
): Promise<{ status: number; body: string } | undefined> {
  const boundary = randomUUID()
  try {
    const sent = request(address + path, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${key}`,
        ...(method === 'POST' && { 'content-type': `multipart/form-data; boundary=${boundary}` })
      }
    })
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n`
    sent.end(method === 'POST' ? Buffer.concat([Buffer.from(head), distinct(picture), Buffer.from(`\r\n--${boundary}--\r\n`)]) : undefined)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const body = (await response.setEncoding('utf8').toArray()).join('')
    const status = response.statusCode ?? 0
    seen.statuses[status] = (seen.statuses[status] ?? 0) + 1
    return { status, body }
  } catch {
    seen.statuses.broken = (seen.statuses.broken ?? 0) + 1
    return undefined
  }
}

/** The same picture with a comment of its own (a COM segment right after SOI), so that no earlier result answers. */
function distinct(jpeg: Buffer): Buffer {
  const comment = Buffer.from(randomUUID())
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, comment.length + 2]), comment, jpeg.subarray(2)])
}

interface Hearing {
  ready: Promise<void>
  /** When the terminal event came; undefined when it did not. */
  verdictOf(id: string): Promise<number | undefined>
  close(): void
}

/** Holds an event stream open, and comes back with its last place when it ends. */
function listen({ address, key }: Habits, seen: Seen): Hearing {
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
  const over = new AbortController()
  const ends = new Map<string, { at: number; eventId: string }>()
  const waiting = new Map<string, () => void>()
  let place: string | undefined

  function hear(event: Event): void {
    if (!isAnalysisEvent(event) || !terminal.has(event.type)) return
    const { id: eventId, data } = event
    const known = ends.get(data.id)
    if (known?.eventId === eventId) seen.repeated++
    else if (known !== undefined) seen.doubled++
    else ends.set(data.id, { at: performance.now(), eventId })
    waiting.get(data.id)?.()
  }

  async function stream(): Promise<void> {
    const sent = request(`${address}/v1/events`, {
      agent: false,
      signal: over.signal,
      headers: { authorization: `Bearer ${key}`, ...(place !== undefined && { 'last-event-id': place }) }
    })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const parser = createParser({
      onEvent({ id, event, data }) {
        place = id ?? place
        if (event === undefined) hear(JSON.parse(data) as Event)
        isReady()
      }
    })
    for await (const chunk of response.setEncoding('utf8')) parser.feed(chunk as string)
  }

  async function keepListening(): Promise<void> {
    while (!over.signal.aborted) {
      await stream().catch(() => undefined) // Ended or broken: it is opened again all the same.
      if (over.signal.aborted) return
      seen.reconnects++
      await sleep(1_000)
    }
  }
  void keepListening()

  return {
    ready,
    async verdictOf(id) {
      if (!ends.has(id)) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.set(id, resolve)
        // A verdict that never comes is what the bench counts as lost: it must not keep the bench from its end.
        const patience = setTimeout(resolve, PATIENCE_MS)
        await promise
        clearTimeout(patience)
        waiting.delete(id)
      }
      return ends.get(id)?.at
    },
    close: () => over.abort()
  }
}
