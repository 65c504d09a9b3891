import type { FastifyBaseLogger } from 'fastify'
import { createTransport } from 'nodemailer'

export interface Mail {
  to: string
  subject: string
  /** Plain text. */
  text: string
}

/** The way that mails take. */
export interface MailTransport {
  /** One attempt. @throws when it did not succeed */
  send(mail: Mail): Promise<void>
  close(): void
}

const CONNECT_TIMEOUT_MS = 10_000
const SILENCE_MS = 20_000

/** @param url `smtp://` (with STARTTLS where the server offers it) or `smtps://`, with user and password if it needs them */
export function smtpTransport(url: string, from: string): MailTransport {
  const smtp = createTransport({
    url,
    pool: true,
    maxConnections: 2,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true
  })
  return {
    async send({ to, subject, text }) {
      // As an object an address is never taken for a list of them. RFC 3834: no answering machine replies to it.
      await smtp.sendMail({ from, to: { name: '', address: to }, subject, text, headers: { 'Auto-Submitted': 'auto-generated' } })
    },
    close: () => smtp.close()
  }
}

/** Where no SMTP server is named: whoever runs the service reads the mails in its log. */
export function logTransport(log: FastifyBaseLogger): MailTransport {
  return {
    send: async (mail) => log.info({ mail }, 'SMTP_URL is not set: this mail goes to the log alone'),
    close: () => undefined
  }
}
