/**
 * A process full of clients with an event stream each. They are plain sockets, and count messages by their ends: on a
 * machine that they share with the server, what they cost would be taken from it.
 */
import { connect, type Socket } from 'node:net'

/** What the process is told to do; it answers each with a message of its own. */
export type Order =
  /** Opens a stream for each header, and answers `Opened` when all of them have begun. */
  | { open: { port: number; headers: string[] } }
  /** Waits for so many events in all, and answers `Heard`. */
  | { hear: number }
  /** Closes all, and answers `Opened` with none. */
  | 'close'

export interface Opened {
  open: number
}

/** When each event came, by the clock that all processes of a machine share; in milliseconds. */
export interface Heard {
  at: number[]
}

/** How many are opened at the same time. */
const LANES = 50

const sockets = new Set<Socket>()
let hearing: { left: number; at: number[] } | undefined

process.on('message', (order: Order) => {
  if (order === 'close') {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    answer({ open: 0 })
  } else if ('hear' in order) hearing = { left: order.hear, at: [] }
  else void openAll(order.open)
})
process.send?.({ address: 'ready' })

const answer = (message: Opened | Heard) => process.send?.(message)

async function openAll({ port, headers }: { port: number; headers: string[] }): Promise<void> {
  const left = headers.values()
  async function lane(): Promise<void> {
    for (const header of left) await open(port, header)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  answer({ open: sockets.size })
}

/** Resolves when the stream has begun. */
function open(port: number, header: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect(port, '127.0.0.1')
  sockets.add(socket)
  socket.setEncoding('latin1')
  socket.on('error', reject)
  socket.on('close', () => sockets.has(socket) && reject(new Error('A stream was closed by the server')))
  let text = ''
  socket.on('data', (chunk: string) => {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const message = text.slice(0, end)
      text = text.slice(end + 2)
      if (/^event: ready$/m.test(message)) resolve()
      else if (/^data: \{"id"/m.test(message)) hear()
    }
  })
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n${header}\r\n\r\n`)
  return promise
}

function hear(): void {
  if (hearing === undefined) return
  hearing.at.push(now())
  if (--hearing.left > 0) return
  answer({ at: hearing.at })
  hearing = undefined
}

/** The monotonic clock of the machine. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
