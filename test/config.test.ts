import { generateKeyPairSync } from 'node:crypto'
import { availableParallelism } from 'node:os'
import t from 'tap'
import { ConfigError, readConfig, requireServers } from '../src/config.ts'

t.test('an empty environment is a whole configuration, but for the servers', async (t) => {
  const config = readConfig({})
  t.match(config, { host: '127.0.0.1', port: 3000, databasePoolMax: 20, analysisDeadlineMs: 30_000, trustProxy: [] })
  t.same([...config.roles], ['api', 'worker'])
  t.ok(config.engineThreads >= 1 && config.engineThreads <= availableParallelism())
  t.throws(() => requireServers(config), ConfigError)
})

t.test('what is set is read, and an empty variable is as good as none', async (t) => {
  const config = readConfig({ PORT: '8080', ROLES: 'worker', TRUST_PROXY: 'loopback, 10.0.0.0/8', PUBLIC_URL: 'https://a.example', ENGINE_THREADS: '3', HOST: '' })
  t.match(config, { port: 8080, trustProxy: ['loopback', '10.0.0.0/8'], engineThreads: 3, host: '127.0.0.1' })
  t.same([...config.roles], ['worker'])
  t.equal(config.publicUrl?.host, 'a.example')
  t.equal(config.databaseReplicaUrl, undefined)
  t.equal(readConfig({ DATABASE_REPLICA_URL: 'postgres://b.example/db' }).databaseReplicaUrl, 'postgres://b.example/db')
})

t.test('providers are configured whole, and no secret is quoted', async (t) => {
  t.match(readConfig({}).providers, { sightengine: undefined, httpDetector: undefined, module: undefined })
  const config = readConfig({ SIGHTENGINE_API_USER: '1', SIGHTENGINE_API_SECRET: 's', DETECTOR_URL: 'http://10.0.0.7:8000/score?v=2' })
  t.match(config.providers.sightengine, { url: new URL('https://api.sightengine.com'), user: '1', secret: 's' })
  t.match(config.providers.httpDetector, { url: new URL('http://10.0.0.7:8000/score?v=2'), token: undefined, falseAlarmRate: 0.1 })
  const wrong = [
    { SIGHTENGINE_API_SECRET: 'hunter2' },
    { SIGHTENGINE_API_USER: 'hunter2' },
    { DETECTOR_URL: 'http://user:hunter2@10.0.0.7/' },
    { DETECTOR_URL: 'http://' },
    { DETECTOR_URL: 'http://a.example', DETECTOR_TOKEN: 'hunter2\r\nhost: b' },
    { DETECTOR_URL: 'http://a.example', DETECTOR_FALSE_ALARM_RATE: '0' }
  ]
  for (const env of wrong) {
    t.throws(() => readConfig(env), ConfigError, Object.keys(env).join())
    t.throws(() => readConfig(env), { message: /^(?!.*hunter2)/s })
  }
})

t.test('reports are signed with an Ed25519 key, in any of its common forms', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  for (const form of [pem, pem.replaceAll('\n', '\\n'), JSON.stringify(privateKey.export({ format: 'jwk' }))]) {
    t.ok(readConfig({ REPORT_SIGNING_KEY: form }).reportSigningKey?.equals(privateKey))
  }
  t.equal(readConfig({}).reportSigningKey, undefined)
  const ofAnotherKind = String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }))
  for (const wrong of ['hunter2', '{"hunter2"', ofAnotherKind, pem.slice(0, 60)]) {
    t.throws(() => readConfig({ REPORT_SIGNING_KEY: wrong }), { name: 'ConfigError', message: /^(?!.*(hunter2|BEGIN)).*REPORT_SIGNING_KEY/s })
  }
})

t.test('networks that may be delivered to are networks', async (t) => {
  t.same(readConfig({}).outboundAllow, [])
  t.equal(readConfig({ OUTBOUND_ALLOW: '10.0.0.0/8, fd00::/8' }).outboundAllow.length, 2)
  for (const wrong of ['10.0.0.1', 'everything', '10.0.0.0/33']) t.throws(() => readConfig({ OUTBOUND_ALLOW: wrong }), ConfigError, wrong)
})

t.test('errors are reported and traces are sent only where somebody wants them', async (t) => {
  t.match(readConfig({}), { sentry: undefined, tracing: false, release: /^faketect@\d+\.\d+\.\d+$/ })
  const dsn = 'https://publickey@sentry.example/42'
  t.match(readConfig({ SENTRY_DSN: dsn, SENTRY_RELEASE: 'faketect@next' }), { sentry: { dsn, environment: 'production' }, release: 'faketect@next' })
  t.match(readConfig({ SENTRY_DSN: dsn, SENTRY_ENVIRONMENT: 'staging' }), { sentry: { environment: 'staging' } })
  t.match(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }), { tracing: true })
  for (const wrong of [{ SENTRY_DSN: 'https://sentry.example/42' }, { SENTRY_DSN: 'https://publickey@sentry.example/' }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }]) {
    t.throws(() => readConfig(wrong), { name: 'ConfigError', message: new RegExp(Object.keys(wrong)[0]!) })
  }
})

t.test('Redis is one or a cluster, and its password is not quoted', async (t) => {
  const right = ['/run/redis.sock', 'redis://a', 'rediss://user:hunter2@a:6380/2', 'redis+cluster://a', 'rediss+cluster://user:hunter2@a:1,b:2,[::1]:3']
  for (const address of right) t.equal(readConfig({ REDIS_URL: address }).redisUrl, address)
  const wrong = [
    'a:6379',
    'http://a',
    'redis://:hunter2@a:1,b:2',
    'redis://a,redis://:hunter2@b',
    'redis+cluster://',
    'redis+cluster://:hunter2@',
    'redis+cluster://:hunter2@a,,b',
    'redis+cluster://:hunter2@a:65536',
    'redis+cluster://:hunter2@a/2',
    'redis+cluster://:hunter2@a?db=2'
  ]
  for (const address of wrong) {
    t.throws(() => readConfig({ REDIS_URL: address }), { name: 'ConfigError', message: /^(?!.*hunter2).*REDIS_URL/s }, address)
  }
})

t.test('a variable that is wrong is named, and its value is not', async (t) => {
  const secret = 'mysql://user:secret@host'
  const error = (() => {
    try {
      return readConfig({ PORT: 'eighty', DATABASE_URL: secret, ROLES: 'cook' })
    } catch (thrown) {
      return thrown
    }
  })()
  t.type(error, ConfigError)
  t.match(String(error), /PORT.*DATABASE_URL|DATABASE_URL.*PORT/)
  t.match(String(error), /ROLES/)
  t.notMatch(String(error), /secret/)
})
