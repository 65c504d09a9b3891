import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** What `ops/` holds for Prometheus and Grafana, as files and as texts. */
const root = resolve(import.meta.dirname, '../..')
export const prometheusFolder = join(root, 'ops/prometheus')
export const read = (path: string) => readFileSync(join(root, path), 'utf8')

export interface Panel {
  title: string
  expr: string
}

interface Dashboard {
  panels: Array<{ title: string; targets?: Array<{ expr: string }> }>
  templating: { list: Array<{ name: string; definition?: string }> }
}

const dashboards = readdirSync(join(root, 'ops/grafana/dashboards')).map((name) => JSON.parse(read(`ops/grafana/dashboards/${name}`)) as Dashboard)

/** All queries of all dashboards, with their variables in them. */
export const panelQueries: Panel[] = dashboards.flatMap(({ panels }) => panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))))

/** What the variables of the dashboards are looked up by, e.g. `label_values(faketect_ready, instance)`. */
export const variableQueries = dashboards.flatMap(({ templating }) => templating.list.flatMap(({ definition }) => (definition === undefined ? [] : [definition])))

/** The names of our metrics, and of those that Node.js, the process and HTTP have, in a text. */
export const metricNames = (text: string) => [...new Set(text.match(/(?<![\w:])(?:faketect|nodejs|process|http)_[a-z0-9_]+(?![\w:])/g))]
/** The names of what rules have recorded. */
export const recordedNames = (text: string) => [...new Set(text.match(/\bfaketect:[a-z0-9_]+:[a-z0-9_]+/g))]
