import type { AccountRole, Scope } from '../platform/schema.ts'

/** What a caller needs for a route. */
export interface AccessRule {
  /** Undefined for what every caller may do: ask who it is, and sign out. */
  scope?: Scope
  role?: AccountRole
  /** What reaches beyond the account itself waits until its e-mail address is known to be its own. */
  confirmedEmail?: true
}

const account: AccessRule = { scope: 'account' }
const beyond: AccessRule = { scope: 'account', confirmedEmail: true }
const analyses = (method: string): AccessRule => ({ scope: method === 'GET' || method === 'HEAD' ? 'analyses:read' : 'analyses:write' })

/** By the beginning of the path, whole segments of it. A route can say otherwise in its config. */
const table: Array<[path: string, rule: AccessRule | ((method: string) => AccessRule)]> = [
  ['/v1/session', {}],
  ['/v1/analyses', analyses],
  ['/v1/batches', analyses],
  ['/v1/events', analyses],
  ['/v1/usage', analyses],
  ['/v1/account', account],
  ['/v1/sessions', account],
  ['/v1/api-keys', beyond],
  ['/v1/webhooks', beyond],
  ['/v1/billing', beyond],
  ['/v1/admin', { scope: 'account', role: 'admin', confirmedEmail: true }]
]

/** @returns undefined for a path that stands in no rule: no route may be there */
export function accessRule(method: string, path: string): AccessRule | undefined {
  const [, rule] = table.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`)) ?? []
  return typeof rule === 'function' ? rule(method) : rule
}
