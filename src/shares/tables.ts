import { index, pgTable, text, uniqueIndex, uuid } from '../platform/drizzle.ts'
import { accounts, analyses, at } from '../platform/schema.ts'
import type { ShareInclusion } from './resource.ts'

/** Links by which anybody may look at an analysis: one each, which goes with it. */
export const shares = pgTable(
  'shares',
  {
    analysisId: uuid('analysis_id').primaryKey().references(() => analyses.id, { onDelete: 'cascade' }),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    /** SHA-256 of the link's token, hex. */
    hash: text('hash').notNull(),
    /** What its owner lets be seen beyond what is always shown. */
    include: text('include').array().$type<ShareInclusion[]>().notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    /** Null: until it is withdrawn. */
    expiresAt: at('expires_at')
  },
  (t) => [uniqueIndex('shares_hash').on(t.hash), index('shares_account').on(t.accountId)]
)
