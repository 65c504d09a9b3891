import { once } from 'node:events'
import { connect } from 'node:net'
import Fastify from 'fastify'
import t from 'tap'
import { closeSilentConnections } from '../../src/platform/silentConnections.ts'

t.test('a connection on which nothing was ever asked does not hold up the end', async (t) => {
  const app = Fastify({ forceCloseConnections: 'idle', connectionTimeout: 60_000 })
  closeSilentConnections(app)
  app.get('/', async () => 'here')
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  // As browsers and pools open them: for a request that may come.
  const spare = connect(port, '127.0.0.1')
  t.teardown(() => spare.destroy())
  await once(spare, 'connect')
  t.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'here')
  const ended = once(spare, 'close')
  await app.close()
  await ended
  t.pass('it was closed')
})
