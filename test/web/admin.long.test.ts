import t from 'tap'
import { v7 as uuidv7 } from 'uuid'
import { recordAudit } from '../../src/admin/audit.ts'
import { drizzle } from '../../src/platform/drizzle.ts'
import * as schema from '../../src/platform/schema.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { accessibilityFindings } from './accessibility.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { signedIn } from './signedIn.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const { url } = await startService(t, ground, { ROLES: 'api' })
const browser = await startBrowser(t)

t.test('an admin finds an account, suspends it with a reason, and the audit log says so', async (t) => {
  const somebody = await signedIn(ground, url, browser)
  const { open, context, accountId: adminId } = await signedIn(ground, url, browser, { role: 'admin' })
  const { page, complaints } = await open()
  await page.goto(`${url}/admin/accounts`)
  await page.getByLabel('Part of the address').fill(somebody.email.slice(0, 20).toUpperCase())
  await page.keyboard.press('Enter')
  await page.waitForURL(/email=/)
  await eventually(async () => (await page.locator('.row').count()) === 1)
  await page.getByRole('link', { name: somebody.email }).click()
  await page.getByRole('heading', { name: somebody.email }).waitFor()
  await page.getByText('Looked at an account').waitFor()
  t.same(await accessibilityFindings(page), [])
  await page.getByRole('button', { name: 'Suspend the account' }).click()
  await page.getByRole('button', { name: 'Suspend it' }).click()
  await page.getByText('This is needed.').waitFor()
  await page.getByLabel('Reason').fill('sends spam')
  t.same(await accessibilityFindings(page), [])
  await page.keyboard.press('Enter')
  await page.getByText(/^suspended since/).waitFor()
  await page.getByText('sends spam').waitFor()
  t.equal((await somebody.context.request.get(`${url}/v1/session`)).status(), 403)

  await page.getByRole('link', { name: 'Audit log' }).click()
  const entry = page.locator('.row').filter({ hasText: 'Suspended an account' })
  await entry.getByText('sends spam').waitFor()
  t.same(await entry.getByRole('link').allTextContents(), [somebody.accountId, adminId], 'to whom, and by whom')
  await entry.getByRole('link', { name: somebody.accountId }).click()
  await page.getByRole('button', { name: 'End the suspension' }).click()
  await page.getByRole('button', { name: 'Suspend the account' }).waitFor()
  await page.getByLabel('Plan').selectOption('PREMIUM')
  await page.getByRole('button', { name: 'Grant the plan' }).click()
  await page.getByText('granted by an admin: Premium').waitFor()
  t.match((await ground.database.query('SELECT plan, suspended_at FROM accounts WHERE id = $1', [somebody.accountId])).rows, [
    { plan: 'PREMIUM', suspended_at: null }
  ])
  t.same(complaints, [])
  await Promise.all([context.close(), somebody.context.close()])
})

t.test('the queue and the failures of all accounts are seen, without a word of what the files are', async (t) => {
  const owner = await makeAccount(ground)
  const program = client(url, owner.key)
  const { body: failed } = await program.upload(await photo({ width: 64, height: 64 }), { name: 'secret holiday.jpg' })
  await ground.database.query("UPDATE analyses SET state = 'failed', failure_code = 'undecodable', attempt = 2 WHERE id = $1", [failed.id])
  const { open, context } = await signedIn(ground, url, browser, { role: 'admin', colorScheme: 'dark' })
  const { page, complaints } = await open()
  await page.goto(`${url}/admin/queue`)
  const waiting = page.locator('.figures > div').filter({ hasText: 'Waiting' }).first().locator('dd')
  await eventually(async () => (await waiting.textContent()) === '0')
  await program.upload(await photo({ width: 64, height: 65 }))
  await eventually(async () => (await waiting.textContent()) === '1')

  await page.getByRole('link', { name: 'Failures' }).click()
  const row = page.locator('.row').filter({ hasText: 'undecodable' })
  t.match(await row.textContent(), /Picture · image\/jpeg · 2.kB · 2 attempts/)
  t.notMatch(await page.content(), /secret holiday/)
  t.same(await accessibilityFindings(page), [])
  await row.getByRole('link', { name: owner.accountId }).click()
  await page.getByRole('button', { name: 'Suspend the account' }).waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('the audit log goes on as one reads, to its end, and can be narrowed to one account', async (t) => {
  const db = drizzle(ground.database, { schema })
  const accountId = uuidv7()
  for (let entry = 0; entry < 45; entry++) await recordAudit(db, { actorId: null, action: 'plan.granted', accountId, detail: { plan: `number ${entry}` } })
  const { open, context } = await signedIn(ground, url, browser, { role: 'admin' })
  const { page, complaints } = await open()
  await page.goto(`${url}/admin/audit`)
  await page.getByLabel('Account ID').fill(accountId)
  await page.keyboard.press('Enter')
  await page.waitForURL(/account=/)
  await page.getByText('Plan number 44', { exact: true }).waitFor()
  await eventually(async () => {
    await page.mouse.wheel(0, 4_000)
    return (await page.locator('.row').count()) === 45
  })
  t.equal(await page.getByText('Plan number 0', { exact: true }).count(), 1)
  t.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0)
  t.same(complaints, [])
  await context.close()
})

t.test('nobody else is told that these pages are there', async (t) => {
  const { open, context } = await signedIn(ground, url, browser)
  const { page } = await open()
  for (const path of ['/admin', '/admin/accounts', '/admin/queue', '/admin/failures', '/admin/audit']) {
    await page.goto(url + path)
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  }
  t.equal(await page.getByRole('link', { name: 'Admin' }).count(), 0)
  await context.close()
})
