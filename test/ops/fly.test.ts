import Fastify from 'fastify'
import { parse } from 'smol-toml'
import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { drainMs, exists, imageEnvironment, moduleOf, read, unknownVariables } from './files.ts'

interface FlyFile {
  app: string
  kill_signal: string
  kill_timeout: string
  env: Record<string, string>
  processes: Record<string, string>
  deploy: { release_command: string }
  http_service: {
    processes: string[]
    internal_port: number
    auto_stop_machines: string
    min_machines_running: number
    concurrency: { type: string; soft_limit: number; hard_limit: number }
    http_options: { idle_timeout: number }
    checks: Array<{ path: string }>
  }
  services?: unknown
  checks: Record<string, { processes: string[]; port: number; path: string }>
  metrics: Array<{ processes: string[]; port: number; path: string }>
  vm: Array<{ processes: string[]; size: string; memory: string }>
}

const fly = parse(read('fly.toml')) as unknown as FlyFile
const autoscaler = parse(read('ops/fly-autoscaler/fly.toml')) as unknown as FlyFile
const image = imageEnvironment()
const groups = Object.keys(fly.processes)
/** Those that run as workers. */
const workers = groups.filter((group) => rolesOf(group).has('worker'))

function rolesOf(group: string) {
  const [, roles] = /^env ROLES=(\S+) node /.exec(fly.processes[group] ?? '') ?? []
  return readConfig({ ROLES: roles }).roles
}

t.test('a machine has the time to drain, and is told by SIGTERM', async (t) => {
  t.equal(fly.kill_signal, 'SIGTERM')
  t.match(fly.kill_timeout, /^\d+s$/)
  t.ok(Number.parseInt(fly.kill_timeout, 10) * 1_000 > drainMs)
  t.ok(Number.parseInt(fly.kill_timeout, 10) <= 300, 'Fly.io allows no more')
})

t.test('each group runs a part of the service, and all together the whole', async (t) => {
  t.same(new Set(groups.flatMap((group) => [...rolesOf(group)])), new Set(['api', 'worker']))
  for (const group of groups) t.ok(exists(moduleOf(fly.processes[group] ?? '')), group)
  t.equal(moduleOf(fly.deploy.release_command), 'src/platform/migrate.ts')
  t.ok(exists('src/platform/migrate.ts'))
  t.same(unknownVariables(fly.env), [])
  t.ok(readConfig({ ...image, ...fly.env }).publicUrl)
})

t.test('requests go to those who answer them, and to no worker', async (t) => {
  t.same(fly.http_service.processes.map((group) => [...rolesOf(group)]), [['api']])
  t.equal(fly.services, undefined)
  t.equal(fly.http_service.internal_port, Number(image.PORT))
  t.equal(fly.http_service.auto_stop_machines, 'off')
  t.ok(fly.http_service.min_machines_running >= 2)
  t.match(fly.http_service.concurrency, { type: 'requests' })
  t.ok(fly.http_service.concurrency.soft_limit >= 1_000 && fly.http_service.concurrency.hard_limit > fly.http_service.concurrency.soft_limit)
  t.ok(fly.http_service.http_options.idle_timeout > 60)
  t.same(fly.http_service.checks.map(({ path }) => path), ['/readyz'])
})

t.test('every group is looked after: checks, metrics, and enough memory', async (t) => {
  t.match(Object.values(fly.checks), [{ processes: workers, port: Number(image.PORT), path: '/readyz' }])
  t.match(fly.metrics, [{ processes: groups, port: Number(image.METRICS_PORT), path: '/metrics' }])
  t.same(new Set(fly.vm.flatMap(({ processes }) => processes)), new Set(groups))
  for (const { processes, size, memory } of fly.vm) {
    if (!processes.some((group) => workers.includes(group))) continue
    const [, kind, cores] = /^(shared-cpu|performance)-(\d+)x$/.exec(size) ?? []
    t.equal(kind, 'performance')
    t.ok((Number.parseInt(memory, 10) * 2 ** 30) / Number(cores) >= 1.5e9, 'each thread has what a picture may take')
  }
})

t.test('the autoscaler starts and stops the workers alone, by a metric of ours', async (t) => {
  const { env } = autoscaler
  t.match(env, { FAS_APP_NAME: fly.app, FAS_PROCESS_GROUP: workers.join(), FAS_PROMETHEUS_METRIC_NAME: 'waiting' })
  t.match(env.FAS_PROMETHEUS_QUERY, 'faketect_queue_depth')
  t.notOk(Object.keys(env).some((name) => name.includes('CREATED')), 'to destroy a machine is to kill it')
  const known = /^FAS_(APP_NAME|PROCESS_GROUP|INTERVAL|PROMETHEUS_(ADDRESS|METRIC_NAME|QUERY)|(MIN|MAX)_STARTED_MACHINE_COUNT)$/
  t.same(Object.keys(env).filter((name) => !known.test(name)), [])
})

t.test('it asks for one worker at least, for no more than there are, and never for two numbers at once', async (t) => {
  const machines = (name: string, waiting: number) => {
    const expression = autoscaler.env[name] ?? ''
    t.match(expression, /^(?:min|max|ceil|waiting|[\d\s(),/])+$/)
    // The words of the Expr language that stand there mean the same in JavaScript.
    return Number(new Function('waiting', `const { min, max, ceil } = Math; return ${expression}`)(waiting)) // oxlint-disable-line typescript/no-implied-eval -- checked the line before
  }
  for (const waiting of [0, 1, 4, 5, 20, 21, 60, 160, 161, 10_000]) {
    const [least, most] = [machines('FAS_MIN_STARTED_MACHINE_COUNT', waiting), machines('FAS_MAX_STARTED_MACHINE_COUNT', waiting)]
    t.ok(least >= 1 && least <= most && most <= 8, `${least} to ${most} for ${waiting}`)
  }
  t.equal(machines('FAS_MAX_STARTED_MACHINE_COUNT', 0), 1)
  t.equal(machines('FAS_MIN_STARTED_MACHINE_COUNT', 10_000), 8)
})

t.test('behind Fly.io, and behind Cloudflare in front of it, the client is found, and what it says of itself is not believed', async (t) => {
  const setting = (pattern: RegExp) => pattern.exec(read('docs/deploying.md'))?.[1] ?? ''
  const onFly = setting(/^fly secrets set TRUST_PROXY=(\S+)$/m)
  const behindCloudflare = `${onFly},${setting(/^CLOUDFLARE=(\S+)$/m)}`
  const flyAddress = onFly.split(',').find((part) => /^\d/.test(part))
  const clientOf = async (trusted: string, forwardedFor: string) => {
    const app = Fastify({ trustProxy: readConfig({ TRUST_PROXY: trusted }).trustProxy })
    app.get('/', async (request) => request.ip)
    const response = await app.inject({ url: '/', remoteAddress: '172.16.5.2', headers: { 'x-forwarded-for': forwardedFor } })
    return response.body
  }
  const [client, edge, liar] = ['203.0.113.9', '162.158.1.1', '198.51.100.7']
  t.equal(await clientOf(onFly, `${client}, ${flyAddress}`), client)
  t.equal(await clientOf(onFly, `${liar}, ${client}, ${flyAddress}`), client)
  t.equal(await clientOf(behindCloudflare, `${client}, ${edge}, ${flyAddress}`), client)
  t.equal(await clientOf(behindCloudflare, `${liar}, ${client}, ${edge}, ${flyAddress}`), client)
  t.equal(await clientOf(behindCloudflare, `${liar}, ${client}, ${flyAddress}`), client, 'also when somebody goes round it')
})
