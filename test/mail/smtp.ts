import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'
import { eventually } from '../harness/eventually.ts'

/** What a server does with a mail instead of taking it: an SMTP reply code, or nothing at all. */
export type SmtpMisbehaviour = number | 'hang' | 'drop'

/** A real SMTP server that keeps what came, and misbehaves on demand. */
export interface TestSmtp {
  url: string
  mails: ParsedMail[]
  /** Attempts to send, those that it did not take as well. */
  attempts: number
  /** Asked for each attempt; undefined takes the mail. */
  misbehave: (attempt: number) => SmtpMisbehaviour | undefined
  /** The mails to one receiver, once there are so many. */
  to(email: string, count?: number): Promise<ParsedMail[]>
  /** What stands behind the # of the link in the newest mail to somebody. */
  tokenFor(email: string, count?: number): Promise<string>
}

export async function startSmtp(t: Test): Promise<TestSmtp> {
  const smtp: TestSmtp = { url: '', mails: [], attempts: 0, misbehave: () => undefined, to, tokenFor }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo(_address, session, callback) {
      const misbehaviour = smtp.misbehave(++smtp.attempts)
      if (misbehaviour === undefined) return callback()
      if (misbehaviour === 'hang') return
      if (misbehaviour === 'drop') {
        for (const connection of server.connections) if ((connection as { id?: string }).id === session.id) connection.close()
        return
      }
      callback(Object.assign(new Error('No'), { responseCode: misbehaviour }))
    },
    onData(stream, _session, callback) {
      simpleParser(stream, {}, (error, mail) => {
        if (mail !== undefined) smtp.mails.push(mail)
        callback(error)
      })
    }
  })
  server.on('error', () => undefined) // A client that is gone.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  smtp.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))

  const sentTo = (email: string) => smtp.mails.filter(({ to: receivers }) => [receivers].flat().some((one) => one?.text === email))
  async function to(email: string, count = 1): Promise<ParsedMail[]> {
    await eventually(() => sentTo(email).length >= count)
    return sentTo(email)
  }
  async function tokenFor(email: string, count = 1): Promise<string> {
    return tokenOf((await to(email, count)).at(-1))
  }
  return smtp
}

export const tokenOf = (mail: ParsedMail | undefined): string => /#token=([\w-]{43})\s/.exec(mail?.text ?? '')?.[1] ?? ''
