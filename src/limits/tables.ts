import { date, integer, pgTable, primaryKey, smallint, uuid } from '../platform/drizzle.ts'
import { accounts } from '../platform/schema.ts'

/** The monthly quota: how many analyses an account has used, by calendar month (UTC). */
export const monthlyUsage = pgTable(
  'monthly_usage',
  {
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    /** Its first day. */
    month: date('month', { mode: 'string' }).notNull(),
    used: integer('used').notNull().default(0),
    /** The highest warning that was given, in percent: each is given once a month. */
    warnedPercent: smallint('warned_percent').notNull().default(0)
  },
  (t) => [primaryKey({ columns: [t.accountId, t.month] })]
)
