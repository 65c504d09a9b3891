import type { Sentence } from '../language/sentence.ts'
import { index, json, pgTable, primaryKey, smallint, sql, text, uuid } from '../platform/drizzle.ts'
import { accounts, at } from '../platform/schema.ts'

/** A file of a batch that was not taken, and why. */
export interface RefusedFile {
  fileName: string
  code: string
  /** A plain string in rows from before there were sentences. */
  detail: Sentence | string
}

/** `receiving` while files come in; then `received` whole, or `incomplete` when the connection broke. */
export type BatchIntake = 'receiving' | 'received' | 'incomplete'

/** Files that came in one request. */
export const batches = pgTable(
  'batches',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    intake: text('intake').$type<BatchIntake>().notNull().default('receiving'),
    refused: json('refused').$type<RefusedFile[]>().notNull().default([]),
    createdAt: at('created_at').notNull().defaultNow(),
    /** The last life sign of its intake. */
    touchedAt: at('touched_at').notNull().defaultNow(),
    /** When the last of its analyses ended, after all of it had come in. */
    endedAt: at('ended_at')
  },
  (t) => [
    index('batches_account').on(t.accountId, t.id.desc()),
    index('batches_receiving').on(t.touchedAt).where(sql`intake = 'receiving'`)
  ]
)

/** `Idempotency-Key`: what was answered to the first request with a key (IETF draft). */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    /** Who has claimed it: a request of ours, of which there is one at a time. */
    claim: uuid('claim').notNull(),
    /** The batch that its files have gone to so far: whoever takes over goes on with it. */
    batchId: uuid('batch_id'),
    /** SHA-256 of what the request asked for, hex; null until its body is known. */
    fingerprint: text('fingerprint'),
    /** The answer; null while the request is under way. */
    status: smallint('status'),
    headers: json('headers').$type<Record<string, string>>(),
    body: json('body').$type<unknown>(),
    createdAt: at('created_at').notNull().defaultNow(),
    /** The last life sign of the request that holds it. */
    touchedAt: at('touched_at').notNull().defaultNow()
  },
  (t) => [primaryKey({ columns: [t.accountId, t.key] }), index('idempotency_keys_created').on(t.createdAt)]
)
