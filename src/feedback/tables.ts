import { boolean, index, pgTable, text, uniqueIndex, uuid } from '../platform/drizzle.ts'
import type { Verdict } from '../engine/types.ts'
import { accounts, at } from '../platform/schema.ts'

/** What people know better: "this is wrong". It outlives the analysis only as far as its owner has agreed. */
export const feedback = pgTable(
  'feedback',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    analysisId: uuid('analysis_id').notNull(),
    sha256: text('sha256').notNull(),
    /** What was said, by which engine. */
    verdict: text('verdict').$type<Verdict>().notNull(),
    engineVersion: text('engine_version').notNull(),
    /** What the person knows the truth to be; null where they know only that the verdict is wrong. */
    truth: text('truth').$type<'ai_generated' | 'manipulated' | 'authentic'>(),
    note: text('note').notNull().default(''),
    /** Whether the file may be kept for the evaluation of the engine. */
    consent: boolean('consent').notNull().default(false),
    /** Where it is kept, when it may be. */
    mediaKey: text('media_key'),
    mediaType: text('media_type').notNull(),
    createdAt: at('created_at').notNull().defaultNow()
  },
  (t) => [uniqueIndex('feedback_analysis').on(t.analysisId), index('feedback_account').on(t.accountId)]
)
