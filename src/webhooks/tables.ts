import { boolean, check, index, integer, pgTable, primaryKey, smallint, sql, text, uuid } from '../platform/drizzle.ts'
import { accounts, at } from '../platform/schema.ts'

/**
 * Secrets stand here as they are: each delivery is signed with them. Encrypting them with a key from the environment
 * would help only against somebody who reads the database and not the environment beside it.
 */
const signingSecrets = {
  secret: text('secret').notNull(),
  /** The secret before, which signs as well until it runs out. */
  previousSecret: text('previous_secret'),
  previousSecretUntil: at('previous_secret_until')
}

/** Whom an account wants told of its events. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    description: text('description').notNull().default(''),
    events: text('events').array().notNull(),
    enabled: boolean('enabled').notNull().default(true),
    /** Why we no longer deliver to it; null when it is enabled, or was disabled by its owner. */
    disabledReason: text('disabled_reason'),
    ...signingSecrets,
    lastSuccessAt: at('last_success_at'),
    createdAt: at('created_at').notNull().defaultNow()
  },
  (t) => [index('webhooks_account').on(t.accountId)]
)

/** What an account's callbacks are signed with; an account without a row has them unsigned. */
export const callbackSecrets = pgTable('callback_secrets', {
  accountId: uuid('account_id').primaryKey().references(() => accounts.id, { onDelete: 'cascade' }),
  ...signingSecrets
})

export const deliveryStates = ['pending', 'delivered', 'failed', 'cancelled'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/** One event on its way to one receiver: a webhook, or the address that a request brought along. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    /** UUIDv7: in order of creation. */
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    /** Null for a callback, which has its address in `url`. */
    webhookId: uuid('webhook_id').references(() => webhooks.id, { onDelete: 'cascade' }),
    url: text('url'),
    /** Deliveries of one lane go to the same receiver, and wait for each other instead of for everybody else. */
    lane: text('lane').notNull(),
    eventId: uuid('event_id').notNull(),
    type: text('type').notNull(),
    /** The bytes that are signed and sent, the same in each attempt. */
    body: text('body').notNull(),
    state: text('state').$type<DeliveryState>().notNull().default('pending'),
    /** The fence: incremented by each claim; the outcome of an attempt is written `AND attempt = n`. */
    attempt: integer('attempt').notNull().default(0),
    /** Attempts since it was made or last asked for: its place in the schedule. */
    tries: smallint('tries').notNull().default(0),
    nextAttemptAt: at('next_attempt_at').notNull().defaultNow(),
    /** When it was handed to the queue for this attempt; null before. */
    queuedAt: at('queued_at'),
    /** Until when an attempt has it; one that dies leaves it to others after that. */
    claimedUntil: at('claimed_until'),
    createdAt: at('created_at').notNull().defaultNow(),
    endedAt: at('ended_at')
  },
  (t) => [
    check('webhook_deliveries_state', sql`${t.state} IN ('pending', 'delivered', 'failed', 'cancelled')`),
    check('webhook_deliveries_receiver', sql`(${t.webhookId} IS NULL) <> (${t.url} IS NULL)`),
    // The list of a webhook, newest first, by cursor; and the end of what is pending when it is disabled.
    index('webhook_deliveries_webhook').on(t.webhookId, t.id.desc()),
    // The list of an account's callbacks.
    index('webhook_deliveries_callbacks').on(t.accountId, t.id.desc()).where(sql`webhook_id IS NULL`),
    // What is to be handed to the queue.
    index('webhook_deliveries_new').on(t.nextAttemptAt).where(sql`state = 'pending' AND queued_at IS NULL`),
    // What was handed over, and may be lost.
    index('webhook_deliveries_queued').on(t.queuedAt).where(sql`state = 'pending' AND queued_at IS NOT NULL`),
    // What an account has due.
    index('webhook_deliveries_due').on(t.accountId, t.nextAttemptAt).where(sql`state = 'pending'`),
    index('webhook_deliveries_ended').on(t.endedAt).where(sql`ended_at IS NOT NULL`)
  ]
)

/** Every attempt at a delivery, written when it begins and completed when it ends. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    deliveryId: uuid('delivery_id').notNull().references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    startedAt: at('started_at').notNull().defaultNow(),
    /** Null while it runs, and for good when its process died. */
    durationMs: integer('duration_ms'),
    status: smallint('status'),
    error: text('error'),
    /** The first bytes of the answer, as text. */
    answer: text('answer')
  },
  (t) => [primaryKey({ columns: [t.deliveryId, t.attempt] })]
)
