import { index, pgTable, text, uuid } from '../platform/drizzle.ts'
import type { PlanName } from '../limits/plans.ts'
import { accounts, at } from '../platform/schema.ts'

/** Events of Stripe that were acted on: each comes at least once, and counts once. */
export const stripeEvents = pgTable(
  'stripe_events',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    receivedAt: at('received_at').notNull().defaultNow()
  },
  (t) => [index('stripe_events_received').on(t.receivedAt)]
)

/** Subscriptions as Stripe last told of them, by its own clock: events may come out of order. */
export const stripeSubscriptions = pgTable(
  'stripe_subscriptions',
  {
    id: text('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    status: text('status').notNull(),
    plan: text('plan').$type<PlanName>().notNull(),
    /** When Stripe made the event that this row is from. */
    toldAt: at('told_at').notNull()
  },
  (t) => [index('stripe_subscriptions_account').on(t.accountId)]
)
