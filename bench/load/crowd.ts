/** A process full of people. Told where to go and for how long, it says at the end what they have seen. */
import { Agent } from 'node:http'
import { photo } from '../../test/engine/pictures.ts'
import { live, nothingSeen } from './person.ts'

/** What a crowd is told. */
export interface Task {
  /** One account's key a person. */
  keys: string[]
  addresses: string[]
  seconds: number
  /** The mean; each pause is between a tenth and nearly twice of it. */
  thinkSeconds: number
  listens: boolean
}

const picture = await photo({ width: 160, height: 120 })

process.on('message', (task: Task) => void send(task))
process.send?.({ address: 'ready' })

async function send({ keys, addresses, seconds, thinkSeconds, listens }: Task): Promise<void> {
  const seen = nothingSeen()
  const agent = new Agent({ keepAlive: true })
  const thinkMs = () => thinkSeconds * 1_000 * (0.1 + 1.8 * Math.random())
  const done = AbortSignal.timeout(seconds * 1_000)
  const people = keys.map((key, index) => {
    const address = addresses[index % addresses.length] as string
    return live({ address, key, agent, picture, thinkMs, listens }, seen, done)
  })
  await Promise.all(people)
  agent.destroy()
  process.send?.({ seen })
}
