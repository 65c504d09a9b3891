import type { Language } from '../language/language.ts'
import { and, asc, eq, gt, type PgColumn, type PgTable, type SQL } from '../platform/drizzle.ts'
import { auditLog } from '../admin/tables.ts'
import { listAnalyses } from '../analyses/queries.ts'
import { toResource } from '../analyses/resource.ts'
import { stripeSubscriptions } from '../billing/tables.ts'
import { feedback } from '../feedback/tables.ts'
import { batches, idempotencyKeys } from '../intake/tables.ts'
import { monthlyUsage } from '../limits/tables.ts'
import type { Database } from '../platform/postgres.ts'
import { accounts, apiKeys, sessions } from '../platform/schema.ts'
import { shares } from '../shares/tables.ts'
import { toDelivery, toWebhook } from '../webhooks/resource.ts'
import { listDeliveries, listWebhooks } from '../webhooks/webhooks.ts'
import { shownOfAccount } from './accounts.ts'
import { mailTokens } from './tables.ts'

/**
 * Everything that is held about an account, as one JSON document, a page of rows at a time: however much it is, no more
 * than a page is in memory, and no transaction waits for a slow reader. So it tells of the time in which it was made,
 * not of one moment. No hash and no secret gets into it. Files have addresses of their own, and are not in it.
 */

const PAGE = 100

type Rows = AsyncIterable<object>

/** @returns undefined when there is no such account */
export async function exportAccount(db: Database, accountId: string, language: Language): Promise<AsyncGenerator<string> | undefined> {
  const [account] = await db
    .select(shownOfAccount)
    .from(accounts)
    .where(eq(accounts.id, accountId))
  return account && document(account, parts(db, accountId, language))
}

/** Nothing is sent that would end a document of which a part is missing: the stream breaks instead. */
async function* document(account: object, all: Record<string, Rows>): AsyncGenerator<string> {
  yield `{"exportedAt":${JSON.stringify(new Date())},"account":${JSON.stringify(account)}`
  for (const [name, rows] of Object.entries(all)) {
    yield `,${JSON.stringify(name)}:[`
    let separator = ''
    for await (const row of rows) {
      yield separator + JSON.stringify(row)
      separator = ',\n'
    }
    yield ']'
  }
  yield '}\n'
}

/** The parts of the document, none of which is read before the one before it was sent. */
function parts(db: Database, accountId: string, language: Language): Record<string, Rows> {
  /** Rows of a table in the order of a column that is unique in the account. */
  const ofTable = (table: PgTable, owner: PgColumn, order: PgColumn, columns: Record<string, PgColumn>) =>
    paged(async (last: Record<string, unknown> | undefined) => {
      const after: SQL | undefined = last && gt(order, last.cursor)
      const rows = await db
        .select({ ...columns, cursor: order })
        .from(table)
        .where(and(eq(owner, accountId), after))
        .orderBy(asc(order))
        .limit(PAGE)
      return rows
    }, ({ cursor: _cursor, ...row }) => row)

  return {
    apiKeys: ofTable(apiKeys, apiKeys.accountId, apiKeys.id, shownOfKeys),
    sessions: ofTable(sessions, sessions.accountId, sessions.id, shownOfSessions),
    mailsUnderWay: ofTable(mailTokens, mailTokens.accountId, mailTokens.hash, shownOfMails),
    usage: ofTable(monthlyUsage, monthlyUsage.accountId, monthlyUsage.month, { month: monthlyUsage.month, used: monthlyUsage.used }),
    subscriptions: ofTable(stripeSubscriptions, stripeSubscriptions.accountId, stripeSubscriptions.id, shownOfSubscriptions),
    analyses: paged(
      (last: { id: string } | undefined) => listAnalyses(db, accountId, { limit: PAGE, before: last?.id }),
      (row) => ({ ...toResource(row, language), callbackUrl: row.callbackUrl })
    ),
    batches: ofTable(batches, batches.accountId, batches.id, shownOfBatches),
    feedback: ofTable(feedback, feedback.accountId, feedback.id, shownOfFeedback),
    shares: ofTable(shares, shares.accountId, shares.analysisId, shownOfShares),
    webhooks: all(async () => (await listWebhooks(db, accountId)).map(toWebhook)),
    deliveries: deliveriesOf(db, accountId),
    idempotencyKeys: ofTable(idempotencyKeys, idempotencyKeys.accountId, idempotencyKeys.key, shownOfIdempotencyKeys),
    auditLog: ofTable(auditLog, auditLog.accountId, auditLog.id, { at: auditLog.at, action: auditLog.action, detail: auditLog.detail })
  }
}

const shownOfKeys = {
  id: apiKeys.id,
  name: apiKeys.name,
  scopes: apiKeys.scopes,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
  revokedAt: apiKeys.revokedAt
}
const shownOfSessions = {
  id: sessions.id,
  userAgent: sessions.userAgent,
  createdAt: sessions.createdAt,
  lastSeenAt: sessions.lastSeenAt,
  expiresAt: sessions.expiresAt
}
const shownOfMails = { purpose: mailTokens.purpose, email: mailTokens.email, createdAt: mailTokens.createdAt, expiresAt: mailTokens.expiresAt }
const shownOfSubscriptions = {
  id: stripeSubscriptions.id,
  status: stripeSubscriptions.status,
  plan: stripeSubscriptions.plan,
  toldAt: stripeSubscriptions.toldAt
}
const shownOfBatches = {
  id: batches.id,
  intake: batches.intake,
  refused: batches.refused,
  createdAt: batches.createdAt,
  endedAt: batches.endedAt
}
const shownOfFeedback = {
  analysisId: feedback.analysisId,
  sha256: feedback.sha256,
  verdict: feedback.verdict,
  truth: feedback.truth,
  note: feedback.note,
  consent: feedback.consent,
  createdAt: feedback.createdAt
}
const shownOfShares = { analysisId: shares.analysisId, include: shares.include, createdAt: shares.createdAt, expiresAt: shares.expiresAt }
const shownOfIdempotencyKeys = {
  key: idempotencyKeys.key,
  status: idempotencyKeys.status,
  body: idempotencyKeys.body,
  createdAt: idempotencyKeys.createdAt
}

async function* deliveriesOf(db: Database, accountId: string): Rows {
  const webhooks = await listWebhooks(db, accountId)
  // Null stands for the account's callbacks.
  for (const webhookId of [...webhooks.map(({ id }) => id), null]) {
    yield* paged(
      (last: { id: string } | undefined) => listDeliveries(db, accountId, webhookId, { limit: PAGE, before: last?.id }),
      (row) => ({ webhookId, ...toDelivery(row) })
    )
  }
}

/** Rows one by one, read a page at a time. @param fetch the page after a row; the first after undefined */
async function* paged<Row, Shown extends object>(
  fetch: (last: Row | undefined) => Promise<Row[]>,
  show: (row: Row) => Shown
): AsyncGenerator<Shown> {
  let last: Row | undefined
  do {
    const page = await fetch(last)
    for (const row of page) yield show(row)
    last = page.length === PAGE ? page.at(-1) : undefined
  } while (last !== undefined)
}

async function* all<Shown extends object>(fetch: () => Promise<Shown[]>): AsyncGenerator<Shown> {
  yield* await fetch()
}
