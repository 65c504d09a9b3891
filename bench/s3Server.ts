/** An S3 server in a process of its own, that is emptied when asked to. */
import { startFauxqs } from 'fauxqs'

const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1' })
server.createBucket('bench')
process.on('message', () => {
  server.emptyBucket('bench')
  process.send?.({ done: true })
})
process.send?.({ address: server.address })
