import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  real,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid
} from 'drizzle-orm/pg-core'
import type { MediaFacts, MediaKind, NotChecked, Signal, Verdict } from '../engine/types.ts'
import type { PlanName } from '../limits/plans.ts'

/** A point in time, in microseconds, with its zone. */
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const accounts = pgTable('accounts', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  plan: text('plan').$type<PlanName>().notNull().default('FREE'),
  createdAt: at('created_at').notNull().defaultNow()
})

/** API keys; the key itself is shown once and never stored. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256 of the whole key, hex. */
    hash: text('hash').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
    revokedAt: at('revoked_at')
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_account').on(t.accountId)]
)

/** Browser sessions, made by exchanging a key; they end with it. */
export const sessions = pgTable(
  'sessions',
  {
    /** SHA-256 of the cookie's value, hex. */
    hash: text('hash').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    apiKeyId: uuid('api_key_id').notNull().references(() => apiKeys.id, { onDelete: 'cascade' }),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull()
  },
  (t) => [index('sessions_expiry').on(t.expiresAt)]
)

export const states = ['uploading', 'queued', 'processing', 'completed', 'failed', 'cancelled'] as const
export type State = (typeof states)[number]

/** Evidence as the row keeps it; the bytes are in object storage. */
export interface StoredEvidence {
  name: string
  mediaType: string
  caption: string
  sizeBytes: number
  /** The object's key. */
  key: string
}

/** What the engine found, as the row keeps it. */
export interface Findings {
  summary: string
  signals: Signal[]
  notChecked: NotChecked[]
  media: MediaFacts
}

export const analyses = pgTable(
  'analyses',
  {
    /** UUIDv7: in order of creation. */
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    state: text('state').$type<State>().notNull(),
    /** The fence: incremented by each claim; every later write of an attempt carries `AND attempt = n`. */
    attempt: smallint('attempt').notNull().default(0),
    /** Why the last attempt gave the row back for a retry; null while one runs, and after one that died. */
    attemptError: text('attempt_error'),
    /** Job priority, a whole number from 1 (first). */
    priority: integer('priority').notNull().default(1),
    /** As the client named it, for display only. */
    fileName: text('file_name').notNull(),
    mediaType: text('media_type').notNull(),
    kind: text('kind').$type<MediaKind>().notNull(),
    mediaKey: text('media_key').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    /** SHA-256, hex. */
    sha256: text('sha256'),
    verdict: text('verdict').$type<Verdict>(),
    score: real('score'),
    // json, not jsonb: nothing looks into it, and the order in which a detector reports its values is kept.
    findings: json('findings').$type<Findings>(),
    evidence: json('evidence').$type<StoredEvidence[]>().notNull().default([]),
    engineVersion: text('engine_version'),
    cached: boolean('cached').notNull().default(false),
    /** Why the verdict rests on less than it should; null when it does not. */
    degraded: text('degraded'),
    failureCode: text('failure_code'),
    failureDetail: text('failure_detail'),
    /** Whom the request that brought the file wants told of its end, beside the account's webhooks. */
    callbackUrl: text('callback_url'),
    createdAt: at('created_at').notNull().defaultNow(),
    /** The last life sign: an upload that goes on, a claim, a hand-over to the ledger. */
    touchedAt: at('touched_at').notNull().defaultNow(),
    queuedAt: at('queued_at'),
    startedAt: at('started_at'),
    endedAt: at('ended_at')
  },
  (t) => [
    check('analyses_state', sql`${t.state} IN ('uploading', 'queued', 'processing', 'completed', 'failed', 'cancelled')`),
    // The list, newest first, by cursor.
    index('analyses_account').on(t.accountId, t.id.desc()),
    // The list by verdict: one that nothing has would else be looked for in all of an account's rows.
    index('analyses_account_verdict').on(t.accountId, t.verdict, t.id.desc()).where(sql`verdict IS NOT NULL`),
    // The reconciler's look at what has not ended: small however large the table grows.
    index('analyses_open').on(t.touchedAt).where(sql`state IN ('uploading', 'queued', 'processing')`),
    // How many files an account has in flight, for its priority.
    index('analyses_in_flight').on(t.accountId).where(sql`state IN ('uploading', 'queued', 'processing')`),
    // The earlier result for an identical file.
    index('analyses_identical').on(t.accountId, t.sha256).where(sql`state = 'completed'`)
  ]
)

/** What is still to be told: written with the change it tells of, deleted once handed to Redis. */
export const outbox = pgTable('outbox', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  accountId: uuid('account_id').notNull(),
  event: jsonb('event').notNull(),
  createdAt: at('created_at').notNull().defaultNow()
})

/**
 * Objects to be removed below a prefix: once at once, and once more when no late attempt can write there any longer.
 */
export const tombstones = pgTable(
  'tombstones',
  {
    prefix: text('prefix').primaryKey(),
    createdAt: at('created_at').notNull().defaultNow(),
    sweptAt: at('swept_at')
  },
  (t) => [index('tombstones_created').on(t.createdAt)]
)

/** One holder at a time for what only one machine should do; a row instead of a session lock, for poolers. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: uuid('holder').notNull(),
  expiresAt: at('expires_at').notNull()
})
