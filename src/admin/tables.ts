import { index, jsonb, pgTable, text, uuid } from '../platform/drizzle.ts'
import { at } from '../platform/schema.ts'

/** What admins did, append-only: a trigger refuses every change and removal. It outlives the accounts it names. */
export const auditLog = pgTable(
  'audit_log',
  {
    /** UUIDv7: in order of time. */
    id: uuid('id').primaryKey(),
    at: at('at').notNull().defaultNow(),
    /** Who did it; null for a command on the machine, or for the billing provider. */
    actorId: uuid('actor_id'),
    action: text('action').notNull(),
    /** To whom. */
    accountId: uuid('account_id'),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({})
  },
  (t) => [index('audit_log_account').on(t.accountId, t.id.desc())]
)
