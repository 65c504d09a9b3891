import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import pino from 'pino'
import t, { type Test } from 'tap'
import { connectRedis, connectSubscriber } from '../../src/platform/redis.ts'
import { tlsOptions } from '../../src/platform/redisCluster.ts'
import { makeIdentity } from '../engine/credentials/certificates.ts'
import { eventually } from '../harness/eventually.ts'
import { makeTlsFiles, startRedisServer } from '../harness/redisCluster.ts'

const log = pino({ level: 'silent' })
const root = makeIdentity({ organisation: 'Test', commonName: 'Root' })

/** Resolves with how the first connection went. */
async function outcomeOf(t: Test, url: string): Promise<string> {
  const redis = connectRedis(url, log)
  t.teardown(() => redis.disconnect())
  return new Promise((resolve) => {
    redis.once('ready', () => resolve('ready'))
    redis.once('error', (error: Error & { code?: string }) => resolve(error.code ?? error.message))
  })
}

t.test('over TLS a server must be who it says it is, and a client too', async (t) => {
  const server = await startRedisServer(t, { tls: makeTlsFiles(t, ['localhost'], root) })
  await server.client.acl('SETUSER', 'faketect', 'on', '>p@ss/word', '~*', '&*', '+@all')
  await server.client.acl('SETUSER', 'default', 'off')
  const url = (user: string, host: string) => `rediss://${user}@${host}:${server.port}`

  t.match(await outcomeOf(t, url('faketect:p%40ss%2Fword', 'localhost')), 'SELF_SIGNED_CERT_IN_CHAIN', 'its root is not known')

  // What NODE_EXTRA_CA_CERTS does when a process starts.
  const known = getCACertificates('default')
  setDefaultCACertificates([...known, readFileSync(makeTlsFiles(t, [], root).ca, 'utf8')])
  t.teardown(() => setDefaultCACertificates(known))
  t.equal(await outcomeOf(t, url('faketect:p%40ss%2Fword', 'localhost')), 'ready')
  t.equal(await outcomeOf(t, url('faketect:p%40ss%2Fword', '127.0.0.1')), 'ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name')
  t.match(await outcomeOf(t, url('faketect:wrong', 'localhost')), /WRONGPASS/)
  t.not(await outcomeOf(t, `redis://localhost:${server.port}`), 'ready', 'nothing is said in clear')

  const subscriber = connectSubscriber(url('faketect:p%40ss%2Fword', 'localhost'), log, 1_000)
  t.teardown(() => subscriber.disconnect())
  await eventually(() => subscriber.status === 'ready')
})

t.test('a node that a cluster names by its number may have a certificate for a name that was configured, and no other', async (t) => {
  const seed = (host: string) => ({ host, port: 6379 })
  const address = { username: undefined, password: undefined, seeds: [seed('redis.example'), seed('192.0.2.1')] }
  t.equal(tlsOptions({ ...address, tls: false }), undefined)
  const { checkServerIdentity: check } = tlsOptions({ ...address, tls: true })!
  const certificate = (subjectaltname: string) => ({ subject: { CN: 'a' }, subjectaltname }) as never
  t.equal(check!('redis.example', certificate('DNS:redis.example')), undefined)
  t.equal(check!('192.0.2.7', certificate('DNS:redis.example')), undefined)
  t.equal(check!('192.0.2.7', certificate('IP Address:192.0.2.7')), undefined)
  t.match(check!('192.0.2.7', certificate('DNS:other.example')), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  t.match(check!('192.0.2.7', certificate('IP Address:192.0.2.1')), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  t.match(check!('other.example', certificate('DNS:redis.example')), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'a name is a name')
})
