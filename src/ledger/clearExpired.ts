import { sql } from '../platform/drizzle.ts'
import type { Database } from '../platform/postgres.ts'

/**
 * What runs out by itself: by table, the condition under which a row has. Each is found by an index on its time.
 * (Deliveries of webhooks are cleared by their dispatcher.)
 */
const expired = {
  // The answer to a repeat is promised for a day.
  idempotency_keys: sql`created_at < now() - interval '24 hours'`,
  mail_tokens: sql`expires_at < now()`,
  sessions: sql`expires_at < now()`,
  // Stripe repeats an event for three days.
  stripe_events: sql`received_at < now() - interval '30 days'`
}

const BATCH = 1_000

/** Removes a batch of each kind. */
export async function clearExpired(db: Database): Promise<void> {
  for (const [name, hasExpired] of Object.entries(expired)) {
    const table = sql.identifier(name)
    await db.execute(sql`DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE ${hasExpired} LIMIT ${BATCH})`)
  }
}
