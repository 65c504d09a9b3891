import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pathToFileURL } from 'node:url'
import { Registry } from '@prometheus-io/client'
import pino from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { readConfig, requireServers } from '../../src/config.ts'
import type { Engine } from '../../src/engine/pool.ts'
import { watchEngine } from '../../src/observability/gauges.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { metricNames, panelQueries, prometheusFolder, read, recordedNames, variableQueries } from './ops.ts'

const run = promisify(execFile)
const promtool = (...args: string[]) => run('promtool', args, { cwd: prometheusFolder })
const [rules, alerts, guide] = [read('ops/prometheus/rules.yml'), read('ops/prometheus/alerts.yml'), read('docs/operating.md')]
const alertNames = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!)

/** The names under which Prometheus sees a service, none of whose servers is there, and its threads. */
async function exposedNames(): Promise<Set<string>> {
  const folder = temporaryFolder(t)
  const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none', REDIS_URL: 'redis://127.0.0.1:9', STORAGE_URL: pathToFileURL(folder).href }
  const app = await buildApp(requireServers(readConfig({ ...nowhere, DATA_DIR: folder, ROLES: 'api' })), pino({ level: 'silent' }))
  t.teardown(() => app.close())
  const threads = new Registry()
  watchEngine(threads, { threads: 1, busy: 0, waiting: 0 } as Engine)
  const text = (await app.inject('/metrics')).body + (await threads.metrics())
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => ({ name: name!, type: type! }))
  return new Set(types.flatMap(({ name, type }) => (type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])))
}

t.test('rules, alerts and the example of a configuration are valid', async () => {
  await promtool('check', 'rules', 'rules.yml', 'alerts.yml')
  await promtool('check', 'config', 'prometheus.yml')
})

t.test('each alert fires when it should, and not when it should not', async (t) => {
  const { stdout } = await promtool('test', 'rules', 'alerts.test.yml')
  t.match(stdout, /SUCCESS/)
  const tests = read('ops/prometheus/alerts.test.yml')
  for (const name of alertNames) t.equal([...tests.matchAll(new RegExp(`alertname: ${name}$`, 'gm'))].length, 2, `${name} is tested at a good and at a bad time`)
})

t.test('each alert says what is wrong, and what to do', async (t) => {
  const blocks = alerts.split('- alert: ').slice(1)
  t.ok(blocks.length >= 15)
  for (const block of blocks) {
    const name = /^\w+/.exec(block)![0]
    t.match(block, /severity: (critical|warning)/, name)
    t.match(block, /summary: \S.*\n\s+description: \S.*\n/, name)
    t.ok(block.includes(`runbook: docs/operating.md#${name.toLowerCase()}\n`), name)
    const [, section = ''] = guide.split(`\n#### ${name}\n`)
    t.ok(section.split('\n#')[0]!.trim().length > 40, `the guide has a section ${name}`)
  }
})

t.test('every metric that a dashboard, a rule or the guide names is there, and the guide knows all of ours', async (t) => {
  const exposed = await exposedNames()
  const texts = { rules, alerts, guide, dashboards: [...panelQueries.map(({ expr }) => expr), ...variableQueries].join('\n') }
  for (const [where, text] of Object.entries(texts)) {
    const names = metricNames(text)
    t.ok(names.length > 3, where)
    t.same(names.filter((name) => !exposed.has(name)), [], `of what ${where} name${where === 'guide' ? 's' : ''}`)
  }
  const ours = [...exposed].filter((name) => name.startsWith('faketect_') && !/_(bucket|sum|count)$/.test(name))
  t.ok(ours.length > 30)
  t.same(ours.filter((name) => !guide.includes(`\`${name}\``)), [], 'ours that the guide does not know')
  const recorded = new Set([...rules.matchAll(/- record: (\S+)/g)].map(([, name]) => name!))
  t.same([...recordedNames(alerts), ...recordedNames(rules)].filter((name) => !recorded.has(name)), [])
})
