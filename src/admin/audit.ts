import { v7 as uuidv7 } from 'uuid'
import type { Queryable } from '../platform/postgres.ts'
import { auditLog } from './tables.ts'

/** What is written down: who did what to which account. Never a secret, and nothing that names a person but ids. */
export interface AuditEntry {
  /** Null for a command on the machine, and for billing. */
  actorId: string | null
  action: AuditAction
  accountId: string | null
  detail?: Record<string, unknown>
}

export type AuditAction =
  | 'account.viewed'
  | 'account.suspended'
  | 'account.unsuspended'
  | 'account.removed'
  | 'plan.changed'
  | 'plan.granted'
  | 'role.changed'

/** Writes an entry into the append-only log. Call it in the transaction of what it tells of. */
export async function recordAudit(tx: Queryable, { actorId, action, accountId, detail = {} }: AuditEntry): Promise<void> {
  await tx.insert(auditLog).values({ id: uuidv7(), actorId, action, accountId, detail })
}
