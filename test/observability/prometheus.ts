import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { eventually } from '../harness/eventually.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { prometheusFolder } from './ops.ts'

export interface Sample {
  metric: Record<string, string>
  value: number
}

export interface Rule {
  type: 'recording' | 'alerting'
  name: string
  query: string
  health: string
  lastError?: string
  state?: string
}

export interface Prometheus {
  query(expr: string): Promise<Sample[]>
  labelValues(label: string, metric: string): Promise<string[]>
  rules(): Promise<Rule[]>
  /** Waits until so many further scrapes have been made. */
  scrapes(count: number): Promise<void>
}

/** A Prometheus as `ops/prometheus` configures it, in more of a hurry, which scrapes one service. */
export async function startPrometheus(t: Test, target: string): Promise<Prometheus> {
  const folder = temporaryFolder(t)
  copyFileSync(join(prometheusFolder, 'alerts.yml'), join(folder, 'alerts.yml'))
  const inAHurry = (text: string) => text.replaceAll(/(interval|timeout): 1[05]s/g, '$1: 2s')
  writeFileSync(join(folder, 'rules.yml'), inAHurry(readFileSync(join(prometheusFolder, 'rules.yml'), 'utf8')))
  const config = inAHurry(readFileSync(join(prometheusFolder, 'prometheus.yml'), 'utf8')).replace('127.0.0.1:9091', target)
  writeFileSync(join(folder, 'prometheus.yml'), config)

  const address = `127.0.0.1:${await freePort()}`
  const options = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=${address}`, '--log.level=error']
  const server = spawn('prometheus', options, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  t.teardown(async () => {
    if (server.exitCode !== null) return
    server.kill()
    await once(server, 'exit')
  })

  async function ask<Data>(path: string, parameters: Record<string, string> = {}): Promise<Data> {
    const response = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const { data, error } = (await response.json()) as { data: Data; error?: string }
    if (!response.ok) throw new Error(`${path} ${JSON.stringify(parameters)}: ${error}`)
    return data
  }
  async function query(expr: string): Promise<Sample[]> {
    const { result } = await ask<{ result: Array<{ metric: Sample['metric']; value: [number, string] }> }>('query', { query: expr })
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }
  const scrapesSoFar = async () => (await query('count_over_time(up{job="faketect"}[1h])'))[0]?.value ?? 0

  await eventually(async () => (await fetch(`http://${address}/-/ready`).catch(() => undefined))?.ok === true, 60_000)
  return {
    query,
    labelValues: (label, metric) => ask(`label/${label}/values`, { 'match[]': metric }),
    async rules() {
      const { groups } = await ask<{ groups: Array<{ rules: Rule[] }> }>('rules')
      return groups.flatMap(({ rules }) => rules)
    },
    async scrapes(count) {
      const until = (await scrapesSoFar()) + count
      await eventually(async () => (await scrapesSoFar()) >= until, 60_000)
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
