import { connect, createServer, type AddressInfo, type IpcNetConnectOpts, type Server, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { Test } from 'tap'

/** What a connection through the proxy suffers: nothing, no bytes at all, few bytes, or no connection. */
export type Weather = 'clear' | 'stalled' | 'cut' | { bytesPerSecond: number }

/** A TCP proxy in front of one dependency, for everybody who uses it. */
export interface FaultProxy {
  port: number
  /** Changes the weather for the connections that are there and for those to come. */
  set(weather: Weather): void
  /** Ends our clients' side of every connection, and leaves the server's open, as a lost machine does. */
  halfClose(): void
  /** Lets no byte through any more on the connections that are there: what a machine that vanished leaves behind. */
  strand(): void
}

/** @param target a port of this machine, or the path of a Unix socket */
export async function startProxy(t: Test, target: { port: number } | { path: string }): Promise<FaultProxy> {
  let weather: Weather = 'clear'
  const pairs = new Set<{ near: Socket; far: Socket; gates: Gate[]; stranded: boolean }>()

  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    if (weather === 'cut') {
      near.destroy()
      return
    }
    const far = connect({ ...target, allowHalfOpen: true } as IpcNetConnectOpts)
    const ownWeather = () => (pair.stranded ? 'stalled' : weather)
    const gates = [gate(ownWeather), gate(ownWeather)] as const
    const pair = { near, far, gates: [...gates], stranded: false }
    pairs.add(pair)
    near.pipe(gates[0].stream).pipe(far)
    far.pipe(gates[1].stream).pipe(near)
    const end = () => {
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const { near, far } of pairs) {
      near.destroy()
      far.destroy()
    }
    server.close()
  })

  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      weather = next
      for (const { near, far, gates } of pairs) {
        if (next === 'cut') {
          near.destroy()
          far.destroy()
        }
        for (const { weatherChanged } of gates) weatherChanged()
      }
    },
    strand() {
      for (const pair of pairs) pair.stranded = true
    },
    halfClose() {
      for (const { near } of pairs) near.end()
    }
  }
}

interface Gate {
  stream: Transform
  weatherChanged: () => void
}

/** Lets bytes through as the weather is. */
function gate(weatherNow: () => Weather): Gate {
  let waiting: (() => void) | undefined
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const pass = () => {
        const weather = weatherNow()
        if (weather === 'stalled') {
          waiting = pass
          return
        }
        waiting = undefined
        if (typeof weather === 'object') setTimeout(() => done(null, chunk), (chunk.length / weather.bytesPerSecond) * 1_000)
        else done(null, chunk)
      }
      pass()
    }
  })
  return { stream, weatherChanged: () => waiting?.() }
}
