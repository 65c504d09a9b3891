import type { Pool } from 'pg'

/** A query of the service, and how PostgreSQL would run it. */
export interface QueryPlan {
  query: string
  /** The ways to each table, such as `Index Scan using analyses_pkey`. */
  scans: string[]
  /** Why it does not scale; undefined when it does. */
  fault: string | undefined
}

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Plan Rows': number
  Plans?: PlanNode[]
}

/** Grows with the service's use; the others are small, or empty themselves. */
const GROWING = 'analyses'

/** Has PostgreSQL explain a query with the values that it was made with; it is not run. */
export async function planOf(pool: Pool, query: string, params: unknown[]): Promise<QueryPlan> {
  const { rows } = await pool.query(`EXPLAIN (FORMAT JSON) ${query}`, params)
  const nodes = flatten((rows[0]['QUERY PLAN'] as Array<{ Plan: PlanNode }>)[0]!.Plan)
  const scans = nodes
    .filter((node) => node['Relation Name'] !== undefined || node['Index Name'] !== undefined)
    .filter((node) => node['Node Type'] !== 'ModifyTable')
    .map((node) => `${node['Node Type']} ${node['Index Name'] ?? node['Relation Name']}`)
  const sequential = nodes.find((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === GROWING)
  const fault = /\boffset\b/i.test(query)
    ? 'OFFSET'
    : sequential && `Seq Scan over ${sequential['Relation Name']}`
  return { query, scans, fault }
}

const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)]

/** Statements that have a plan: not BEGIN and COMMIT. */
export const hasPlan = (query: string) => /^\s*(select|insert|update|delete|with)\b/i.test(query)
