import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { within } from '../platform/within.ts'
import type { Mail, MailTransport } from './transport.ts'

/** Sends mails, after whoever asked for them has been answered. */
export interface Mailer {
  /**
   * Never waits and never fails, so that nobody can tell from an answer whether there is a mail behind it.
   * @param write makes the mail, in the background as well; undefined when there is none to send
   */
  send(write: () => Promise<Mail | undefined>): void
  close(): Promise<void>
}

/** After a failure it is tried again: a link of half an hour is no use later than that. */
const RETRY_MS = [2_000, 10_000, 60_000, 300_000, 900_000]
/** So many may wait at once; they are small. Further ones are lost, and logged. */
const MAX_PENDING = 1_000
/** How long a mail that is being sent may still take when the service ends. */
const CLOSE_MS = 5_000

/**
 * Keeps mails in memory until they are sent. One that a receiver refuses for good, that can't be sent for longer than the
 * retries last, or that still waits when the process ends is lost: that is logged, without what only its receiver may read.
 * @param retryMs the pauses between attempts
 */
export function createMailer(options: { transport: MailTransport; log: FastifyBaseLogger; retryMs?: readonly number[] }): Mailer {
  const { transport, log, retryMs = RETRY_MS } = options
  const pending = new Set<Promise<void>>()
  const closing = new AbortController()

  async function deliver(write: () => Promise<Mail | undefined>): Promise<void> {
    let mail: Mail | undefined
    try {
      mail = await write()
      if (mail !== undefined) await attempt(mail)
    } catch (error) {
      log.error({ err: error, ...(mail && { subject: mail.subject, domain: mail.to.split('@')[1] }) }, 'A mail is lost')
    }
  }

  /** @throws when it is given up */
  async function attempt(mail: Mail): Promise<void> {
    for (const pauseMs of retryMs) {
      try {
        return await transport.send(mail)
      } catch (error) {
        if (isRefused(error) || closing.signal.aborted) throw error
        log.warn({ err: error, subject: mail.subject }, 'A mail could not be sent; it is tried again')
      }
      await sleep(pauseMs, undefined, { signal: closing.signal })
    }
    return transport.send(mail)
  }

  return {
    send(write) {
      if (pending.size >= MAX_PENDING || closing.signal.aborted) {
        log.error({ pending: pending.size }, 'A mail is lost: too many wait, or the service ends')
        return
      }
      const delivery = deliver(write).finally(() => pending.delete(delivery))
      pending.add(delivery)
    },
    async close() {
      closing.abort()
      await within(CLOSE_MS, Promise.all(pending), 'Mails are still being sent').catch((error: unknown) =>
        log.error({ err: error, pending: pending.size }, 'Mails are lost')
      )
      transport.close()
    }
  }
}

/** Whether the receiver said "no" (5xx, RFC 5321 §4.2.1), as opposed to "not now" or nothing. */
function isRefused(error: unknown): boolean {
  const { responseCode } = error as { responseCode?: number }
  return responseCode !== undefined && responseCode >= 500
}
