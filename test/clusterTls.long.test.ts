import t from 'tap'
import { photo } from './engine/pictures.ts'
import { eventually } from './harness/eventually.ts'
import { listen } from './harness/listen.ts'
import { startProcess } from './harness/process.ts'
import { makeTlsFiles, startRedisCluster } from './harness/redisCluster.ts'
import { client, layGround, makeAccount } from './harness/service.ts'

t.test('the service works on a cluster over TLS, with a root of its own and a user with a password', async (t) => {
  // The nodes name each other by their numbers, which their certificate lacks.
  const tls = makeTlsFiles(t, ['localhost'])
  const ground = await layGround(t, (t) => startRedisCluster(t, { tls, host: 'localhost' }))
  for (const { client: node } of ground.redis.nodes) {
    await node.acl('SETUSER', 'faketect', 'on', '>p@ss', '~*', '&*', '+@all')
    await node.acl('SETUSER', 'default', 'resetpass', '>another')
  }
  const env = { REDIS_URL: ground.redis.url.replace('//', '//faketect:p%40ss@') }
  const service = await startProcess(t, ground, { ...env, NODE_EXTRA_CA_CERTS: tls.ca })

  const readiness = async () => (await (await fetch(`${service.url}/readyz`)).json()) as { status: string }
  await eventually(async () => (await readiness()).status === 'ready')

  const { key } = await makeAccount(ground)
  const listener = await listen(t, service.url, key)
  const { body } = await client(service.url, key).upload(await photo(), { prefer: 'wait=30' })
  t.equal(body.state, 'completed')
  await listener.hears(body.id, 'analysis.completed')
})
