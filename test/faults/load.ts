import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import type { AnalysisEvent, Event } from '../../src/events/event.ts'
import { photo } from '../engine/pictures.ts'
import { client } from '../harness/service.ts'
import { sendForm } from '../intake/forms.ts'
import type { Fleet } from './fleet.ts'

/** One upload as its client saw it. */
export interface Attempted {
  accountId: string
  /** Undefined when the connection broke before an answer. */
  status: number | undefined
  id: string | undefined
  /** Its owner has cancelled or deleted it. */
  takenBack?: true
}

/** What a listener has heard of an account, over all its connections. */
export interface Heard {
  accountId: string
  events: Map<string, Event>
  /** How often a stream began by `reset`: it then reloads, which makes up for what it did not hear. */
  resets: number
  /** The ids of analyses that a reload has shown as ended. */
  reloaded: Set<string>
  connections: number
}

export interface Load {
  attempted: Attempted[]
  heard: Heard[]
  /** Stops uploading. Listeners go on. */
  stopUploads(): Promise<void>
  stop(): Promise<void>
}

const TERMINAL = new Set(['analysis.completed', 'analysis.failed', 'analysis.cancelled', 'analysis.deleted'])
export const isTerminal = (event: Event): event is AnalysisEvent => TERMINAL.has(event.type)

/**
 * People who use the fleet while it suffers: each account uploads a small picture again and again, and listens with
 * one client, which connects again, to another process, whenever its stream ends.
 * @param everyMs the pause of an account between two uploads
 * @param filesPerKey how many files go in one request, sent with an `Idempotency-Key` until it is answered; else one is sent once
 */
export function startLoad(
  fleet: Fleet,
  options: { everyMs?: number; description?: (n: number) => string | undefined; filesPerKey?: number } = {}
): Load {
  const { everyMs = 250, description = () => 'hostile: slow 60', filesPerKey } = options
  const uploading = new AbortController()
  const listening = new AbortController()
  const attempted: Attempted[] = []
  let seed = 0

  /** Sends files with an `Idempotency-Key`, again and again until there is an answer: then all of them are accounted for. */
  async function uploadUntilAnswered(accountId: string, key: string, count: number): Promise<void> {
    while (!uploading.signal.aborted) {
      const bytes = await Promise.all(
        Array.from({ length: count }, () => {
          const n = ++seed
          const said = description(n)
          return photo({ seed: n, width: 64, height: 48, ...(said !== undefined && { description: said }) })
        })
      )
      const headers = { 'idempotency-key': randomUUID() }
      for (let answered = false; !answered; ) {
        try {
          const { status, body } = await sendForm(fleet.address(), key, bytes.map((bytes) => ({ bytes })), { headers })
          answered = status === 202
          if (answered) for (const { id } of body.analyses ?? [body]) attempted.push({ accountId, status, id })
        } catch {
          // The connection broke: the key tells what has become of it.
        }
        await sleep(answered ? everyMs : 100)
      }
    }
  }

  async function upload(accountId: string, key: string): Promise<void> {
    if (filesPerKey !== undefined) return uploadUntilAnswered(accountId, key, filesPerKey)
    while (!uploading.signal.aborted) {
      const n = ++seed
      const said = description(n)
      const bytes = await photo({ seed: n, width: 64, height: 48, ...(said !== undefined && { description: said }) })
      const row: Attempted = { accountId, status: undefined, id: undefined }
      attempted.push(row)
      try {
        const { response, body } = await client(fleet.address(), key).upload(bytes)
        row.status = response.status
        if (response.status === 202) row.id = body.id
      } catch {
        // The connection broke: the client knows nothing, and the books treat it as not answered.
      }
      await sleep(everyMs, undefined, { signal: uploading.signal }).catch(() => undefined)
    }
  }

  async function listen(heard: Heard, key: string): Promise<void> {
    let place: string | undefined
    while (!listening.signal.aborted) {
      const parser = createParser({
        onEvent({ id, event, data }) {
          place = id ?? place
          if (event === 'reset') {
            heard.resets++
            void reload(heard, key)
          }
          if (event !== undefined) return
          const told = JSON.parse(data) as Event
          heard.events.set(told.id, told)
        }
      })
      try {
        const address = fleet.address()
        const response = await fetch(`${address}/v1/events`, {
          signal: listening.signal,
          headers: { authorization: `Bearer ${key}`, ...(place !== undefined && { 'last-event-id': place }) }
        })
        if (response.ok) heard.connections++
        const decoder = new TextDecoder()
        for await (const chunk of response.body ?? []) if (response.ok) parser.feed(decoder.decode(chunk, { stream: true }))
      } catch {
        // Broken off: connect again, as every client of such a stream does.
      }
      await sleep(50, undefined, { signal: listening.signal }).catch(() => undefined)
    }
  }

  /** What a client does on `reset`: look at all its analyses, until none is on its way that it may not hear of. */
  async function reload(heard: Heard, key: string): Promise<void> {
    while (!listening.signal.aborted) {
      try {
        let next: string | null = '/v1/analyses?limit=100'
        while (next !== null) {
          const response: Response = await client(fleet.address(), key).send(next)
          const page = (await response.json()) as { analyses: Array<{ id: string; endedAt: string | null }>; next: string | null }
          for (const { id, endedAt } of page.analyses) if (endedAt !== null) heard.reloaded.add(id)
          next = page.next
        }
        return
      } catch {
        await sleep(100)
      }
    }
  }

  const heard = fleet.accounts.map(({ accountId }): Heard => ({ accountId, events: new Map(), resets: 0, reloaded: new Set(), connections: 0 }))
  const listeners = fleet.accounts.map(({ key }, n) => listen(heard[n]!, key))
  const uploads = fleet.accounts.map(({ accountId, key }) => upload(accountId, key))
  const stopUploads = async () => {
    uploading.abort()
    await Promise.all(uploads)
  }
  return {
    attempted,
    heard,
    stopUploads,
    async stop() {
      await stopUploads()
      listening.abort()
      await Promise.all(listeners)
    }
  }
}
