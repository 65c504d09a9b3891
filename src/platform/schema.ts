import {
  bigint,
  boolean,
  check,
  customType,
  date,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  real,
  smallint,
  sql,
  text,
  timestamp,
  uniqueIndex,
  uuid
} from './drizzle.ts'
import type { StoredSignal } from '../engine/saySignal.ts'
import type { MediaFacts, MediaKind, NotChecked, Verdict } from '../engine/types.ts'
import type { Said, Sentence } from '../language/sentence.ts'
import type { PlanName } from '../limits/plans.ts'

/** A point in time, in microseconds, with its zone. */
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** A sentence, as JSON; rows from before there were any hold plain text, which is read as it is. */
const said = customType<{ data: Said; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  fromDriver: (stored) => (stored.startsWith('{"text":') ? (JSON.parse(stored) as Sentence) : stored)
})

export const roles = ['user', 'admin'] as const
export type AccountRole = (typeof roles)[number]

/** What an account wants kept: what its plan keeps, or nothing but the hash and the verdict. */
export const retentions = ['plan', 'none'] as const
export type Retention = (typeof retentions)[number]

/** Somebody who uses the service: a person with an e-mail address and a password, or a program with a key. */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    /** In lower case; null for the local account, which has only keys. */
    email: text('email'),
    emailConfirmedAt: at('email_confirmed_at'),
    /** argon2id, in PHC string format; null for an account without a password. */
    passwordHash: text('password_hash'),
    role: text('role').$type<AccountRole>().notNull().default('user'),
    plan: text('plan').$type<PlanName>().notNull().default('FREE'),
    /** When the plan was last changed: what a smaller one no longer keeps is not deleted on the same day. */
    planSince: at('plan_since').notNull().defaultNow(),
    /** What an admin has granted: billing may lift the plan above it, and never takes it below. */
    planGranted: text('plan_granted').$type<PlanName>(),
    retention: text('retention').$type<Retention>().notNull().default('plan'),
    suspendedAt: at('suspended_at'),
    /** When its owner had it removed: nobody can use it any longer, and what is held about it is taken out step by step. */
    removedAt: at('removed_at'),
    stripeCustomerId: text('stripe_customer_id'),
    createdAt: at('created_at').notNull().defaultNow()
  },
  (t) => [
    uniqueIndex('accounts_email').on(t.email),
    uniqueIndex('accounts_stripe_customer').on(t.stripeCustomerId),
    // Of whom one must be left.
    index('accounts_admins').on(t.id).where(sql`role = 'admin'`),
    // What is still to be taken out.
    index('accounts_removed').on(t.removedAt).where(sql`removed_at IS NOT NULL`),
    check('accounts_role', sql`${t.role} IN ('user', 'admin')`),
    check('accounts_plan', sql`${t.plan} IN ('FREE', 'PRO', 'PREMIUM')`),
    check('accounts_retention', sql`${t.retention} IN ('plan', 'none')`)
  ]
)

/** What a key may be used for: to read analyses, to make and remove them, to change the account itself. */
export const scopes = ['analyses:read', 'analyses:write', 'account'] as const
export type Scope = (typeof scopes)[number]

/** API keys; the key itself is shown once and never stored. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** SHA-256 of the whole key, hex. */
    hash: text('hash').notNull(),
    scopes: text('scopes').array().$type<Scope[]>().notNull().default([...scopes]),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
    /** Written at most once a minute. */
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at')
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_account').on(t.accountId)]
)

/** Browser sessions, made by a password or by exchanging a key; the latter end with the key. */
export const sessions = pgTable(
  'sessions',
  {
    /** SHA-256 of the cookie's value, hex. */
    hash: text('hash').primaryKey(),
    /** By which its owner names it. */
    id: uuid('id').notNull().defaultRandom(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    apiKeyId: uuid('api_key_id').references(() => apiKeys.id, { onDelete: 'cascade' }),
    /** For its owner to recognise it; believed in nothing. */
    userAgent: text('user_agent').notNull().default(''),
    createdAt: at('created_at').notNull().defaultNow(),
    /** Written at most once a minute. */
    lastSeenAt: at('last_seen_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull()
  },
  (t) => [index('sessions_expiry').on(t.expiresAt), index('sessions_account').on(t.accountId)]
)

export const states = ['uploading', 'queued', 'processing', 'completed', 'failed', 'cancelled'] as const
export type State = (typeof states)[number]

/** Evidence as the row keeps it; the bytes are in object storage. */
export interface StoredEvidence {
  name: string
  mediaType: string
  caption: Said
  /** See `Evidence.layer`; rows of earlier engines have none. */
  layer?: 'mask' | 'map' | 'beside' | 'preview'
  sizeBytes: number
  /** The object's key. */
  key: string
}

/** What the engine found, as the row keeps it. */
export interface Findings {
  summary: Said
  signals: StoredSignal[]
  notChecked: Array<Omit<NotChecked, 'reason'> & { reason: Said }>
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
    degraded: said('degraded'),
    failureCode: text('failure_code'),
    failureDetail: said('failure_detail'),
    /** Whom the request that brought the file wants told of its end, beside the account's webhooks. */
    callbackUrl: text('callback_url'),
    /** The batch that it came in with. */
    batchId: uuid('batch_id'),
    /** The month (its first day, UTC) whose quota paid for it; null when nothing was taken, or it was given back. */
    chargedMonth: date('charged_month', { mode: 'string' }),
    retention: text('retention').$type<Retention>().notNull().default('plan'),
    /** When media, evidence and findings were removed because nothing was to be kept. */
    purgedAt: at('purged_at'),
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
    // The list by kind: the few videos of an account that has a hundred thousand pictures. Of pictures there are always some near.
    index('analyses_account_video').on(t.accountId, t.id.desc()).where(sql`kind = 'video'`),
    // The reconciler's look at what has not ended: small however large the table grows.
    index('analyses_open').on(t.touchedAt).where(sql`state IN ('uploading', 'queued', 'processing')`),
    // How many files an account has in flight, for its priority.
    index('analyses_in_flight').on(t.accountId).where(sql`state IN ('uploading', 'queued', 'processing')`),
    // The earlier result for an identical file.
    index('analyses_identical').on(t.accountId, t.sha256).where(sql`state = 'completed'`),
    index('analyses_batch').on(t.batchId).where(sql`batch_id IS NOT NULL`),
    // Retention: what has ended, oldest first, and what waits to be purged.
    index('analyses_account_ended').on(t.accountId, t.endedAt).where(sql`ended_at IS NOT NULL`),
    index('analyses_to_purge').on(t.endedAt).where(sql`retention = 'none' AND ended_at IS NOT NULL AND purged_at IS NULL`),
    // The latest failures of all accounts, for admins.
    index('analyses_failed').on(t.id.desc()).where(sql`state = 'failed'`),
    check('analyses_retention', sql`${t.retention} IN ('plan', 'none')`)
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
