import type { FastifyInstance } from 'fastify'
import { countAttempts } from './accounts/attempts.ts'
import { authenticate } from './accounts/authenticate.ts'
import { findCallers } from './accounts/callers.ts'
import { deviceCookie, sessionCookie } from './accounts/cookies.ts'
import { accountDataRoutes } from './accounts/dataRoutes.ts'
import { pageLink } from './accounts/mails.ts'
import { hashPasswords } from './accounts/passwords.ts'
import { accountRoutes } from './accounts/routes.ts'
import { adminRoutes } from './admin/routes.ts'
import { batchRoutes } from './analyses/batchRoutes.ts'
import { analysisRoutes } from './analyses/routes.ts'
import { billingRoutes } from './billing/routes.ts'
import { versionsOf } from './engine/models/folder.ts'
import { versionWith } from './engine/providers/provider.ts'
import { versionUnder } from './engine/version.ts'
import { eventRoutes } from './events/routes.ts'
import { feedbackRoutes } from './feedback/routes.ts'
import { idempotency } from './intake/idempotency/idempotency.ts'
import { intakeRoutes } from './intake/routes.ts'
import { limits } from './limits/rates.ts'
import { limitRoutes } from './limits/routes.ts'
import { createMailer } from './mail/mailer.ts'
import { logTransport, smtpTransport } from './mail/transport.ts'
import { requestLog } from './observability/requestLog.ts'
import type { Parts } from './parts.ts'
import { reportRoutes } from './reports/routes.ts'
import { shareRoutes } from './shares/routes.ts'
import { webPages } from './web/pages.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/** The role `api`: everything below `/v1`, and the pages. */
export async function registerApi(app: FastifyInstance, parts: Parts): Promise<void> {
  const { config, log, tracing, measures, db, read, redis, storage, ledger, relay, hub, outbound, billing, housekeeping, providers, models, trustList } = parts
  const access = { db, redis, log }
  const cookie = sessionCookie(config.publicUrl)
  const callers = findCallers({ ...access, measures })
  const passwords = hashPasswords()
  const attempts = countAttempts(redis)
  const mailer = createMailer({
    transport: config.smtpUrl === undefined ? logTransport(log) : smtpTransport(config.smtpUrl, config.mailFrom),
    log
  })
  app.addHook('onClose', () => mailer.close())

  // In the order in which a request meets them.
  await app.register(limits, { db, redis, anonymousPerMinute: config.anonymousPerMinute })
  await app.register(authenticate, { callers, cookie })
  await app.register(requestLog, { tracing })
  await app.register(idempotency, { db, staleMs: config.uploadStaleMs })

  await app.register(accountRoutes, {
    ...access,
    callers,
    passwords,
    attempts,
    mailer,
    // What a request says of its host is its own word: a link is made of what is configured, or listened on.
    link: pageLink(() => config.publicUrl?.href ?? app.listeningOrigin),
    cookie,
    device: deviceCookie(config.publicUrl)
  })
  await app.register(accountDataRoutes, { ...access, passwords, attempts, cookie, housekeeping })
  await app.register(adminRoutes, { ...access, read, ledger })
  await app.register(billingRoutes, { ...access, billing, publicUrl: config.publicUrl })
  await app.register(limitRoutes, { db, redis })
  await app.register(intakeRoutes, {
    db,
    storage,
    ledger,
    relay,
    tracing,
    hub,
    outbound,
    engineVersion: () => versionWith(versionUnder(trustList?.current(), versionsOf(models)), providers),
    lifeSignEveryMs: config.uploadStaleMs / 6,
    fetchTimeoutMs: config.fetchTimeoutMs,
    measures
  })
  await app.register(batchRoutes, { db, read, ledger, relay, hub, measures })
  await app.register(analysisRoutes, { db, read, storage, ledger, relay, hub, measures })
  await app.register(feedbackRoutes, { db, storage })
  await app.register(shareRoutes, { db, storage, origin: () => config.publicUrl?.href ?? app.listeningOrigin })
  await app.register(reportRoutes, {
    db,
    storage,
    origin: () => config.publicUrl?.href ?? app.listeningOrigin,
    signingKey: config.reportSigningKey,
    dataDir: config.dataDir
  })
  await app.register(eventRoutes, { redis, hub, measures, stillValid: (some) => callers.stillValid(some) })
  await app.register(webhookRoutes, { db, read, relay, outbound })
  await app.register(webPages, { cookie })
}
