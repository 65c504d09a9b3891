import t from 'tap'
import { parseClusterAddress } from '../../src/platform/redisAddress.ts'

t.test('the address of a cluster names its first nodes, and what all nodes ask for', async (t) => {
  t.same(parseClusterAddress('redis+cluster://one'), { seeds: [{ host: 'one', port: 6379 }], username: undefined, password: undefined, tls: false })
  t.same(parseClusterAddress('rediss+cluster://user:p%40ss,w@one:7000,two:7001,[fd00::1]:7002/'), {
    seeds: [
      { host: 'one', port: 7000 },
      { host: 'two', port: 7001 },
      { host: 'fd00::1', port: 7002 }
    ],
    username: 'user',
    password: 'p@ss,w',
    tls: true
  })
  t.match(parseClusterAddress('redis+cluster://:secret@one'), { username: undefined, password: 'secret' })
})

t.test('any other address is that of one Redis', async (t) => {
  for (const address of ['redis://one', 'rediss://user:secret@one:6380', '/run/redis.sock']) t.equal(parseClusterAddress(address), undefined)
})
