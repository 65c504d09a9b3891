import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import type { Ground } from '../harness/service.ts'
import { openPage } from './openPage.ts'

export const password = 'four horses of a colour'

/** Somebody with an account whose address is confirmed, and a browser that is signed in to it. */
export async function signedIn(ground: Ground, url: string, browser: Browser, options: BrowserContextOptions & { role?: 'admin' } = {}) {
  const { role = 'user', ...contextOptions } = options
  const email = `${randomUUID()}@people.example`
  const context = await browser.newContext({ locale: 'en-GB', ...contextOptions })
  await context.request.post(`${url}/v1/accounts`, { data: { email, password } })
  const { rows } = await ground.database.query('UPDATE accounts SET email_confirmed_at = now(), role = $2 WHERE email = $1 RETURNING id', [email, role])
  await signIn(context, url, email)
  return { email, accountId: rows[0]?.id as string, context, open: (expected?: RegExp) => openPage(context, expected) }
}

/** Signs a browser in to an account. */
export const signIn = (context: BrowserContext, url: string, email: string, with_ = password) =>
  context.request.post(`${url}/v1/session`, { data: { email, password: with_ } })
