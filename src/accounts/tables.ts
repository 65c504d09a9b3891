import { index, pgTable, text, uuid } from '../platform/drizzle.ts'
import { accounts, at } from '../platform/schema.ts'

/** What a token in a mail is good for. */
export type MailTokenPurpose = 'confirm_email' | 'reset_password'

/** Tokens that are sent by mail: single-use, short-lived, and kept as their SHA-256 alone. */
export const mailTokens = pgTable(
  'mail_tokens',
  {
    hash: text('hash').primaryKey(),
    accountId: uuid('account_id').notNull().references(() => accounts.id, { onDelete: 'cascade' }),
    purpose: text('purpose').$type<MailTokenPurpose>().notNull(),
    /** The address that it was sent to: it proves no other one. */
    email: text('email').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull()
  },
  (t) => [index('mail_tokens_account').on(t.accountId), index('mail_tokens_expiry').on(t.expiresAt)]
)
