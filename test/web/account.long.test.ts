import type { Page } from 'playwright-core'
import t from 'tap'
import { prices, startStripe } from '../billing/standInStripe.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { startReceiver } from '../harness/receiver.ts'
import { client, layGround, startService } from '../harness/service.ts'
import { accessibilityFindings } from './accessibility.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { password, signedIn, signIn } from './signedIn.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const { url } = await startService(t, ground, { OUTBOUND_ALLOW: '127.0.0.0/8' })
const browser = await startBrowser(t)
const permissions = ['clipboard-read', 'clipboard-write']
/** Where nothing is sold, asking what can be bought is answered with 404. */
const nothingSold = /status of 404 .*\/v1\/billing$/

/** What a browser says of a request that a page of ours makes. */
const headers = { 'sec-fetch-site': 'same-origin' }

const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText())
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

t.test('a key is shown once, copied with one click, works, and does not once it is revoked', async (t) => {
  const { open, context } = await signedIn(ground, url, browser, { permissions })
  const { page, complaints } = await open(/status of 400 .*\/v1\/api-keys$/)
  await page.goto(`${url}/account/keys`)
  await page.getByText('There are no keys yet').waitFor()
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.getByLabel('Name').fill('claims desk')
  await page.getByLabel('Ends').selectOption('30')
  const scopes = page.getByRole('group', { name: 'What it may do' }).getByRole('checkbox')
  for (const scope of await scopes.all()) await scope.uncheck()
  await page.getByRole('button', { name: 'Make the key' }).click()
  await page.getByRole('group', { name: 'What it may do' }).locator('.error').waitFor()
  t.ok(await scopes.first().evaluate((box) => box === document.activeElement), 'what is wrong is led to')
  for (const name of ['read results', 'send and delete files']) await page.getByLabel(name).check()
  t.same(await accessibilityFindings(page), [])
  await page.getByRole('button', { name: 'Make the key' }).click()
  const shown = page.getByRole('textbox', { name: 'The key “claims desk”' })
  const key = await shown.inputValue()
  t.match(key, /^ft_live_/)
  t.ok(await shown.evaluate((field) => field === document.activeElement), 'whoever has made it is led to it')
  await page.getByRole('button', { name: 'Copy: The key “claims desk”' }).click()
  await eventually(async () => (await copied(page)) === key)
  await page.getByText(/read results and send and delete files/).waitFor()
  t.same(await accessibilityFindings(page), [])
  t.equal((await client(url, key).send('/v1/usage')).status, 200)
  t.equal((await client(url, key).send('/v1/account')).status, 403, 'it may do what was ticked, and no more')

  await page.reload()
  await page.getByText('claims desk').waitFor()
  t.equal(await shown.count(), 0)
  t.notOk((await page.content()).includes(key))
  await page.getByText('Last used').waitFor()
  await page.getByRole('button', { name: 'Revoke: claims desk' }).click()
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await page.getByText('There are no keys yet').waitFor()
  t.equal((await client(url, key).send('/v1/usage')).status, 401)
  await eventually(() => page.evaluate(() => document.activeElement?.tagName === 'H1'))
  t.same(complaints, [])
  await context.close()
})

t.test('a webhook’s secret is shown and copied, a ping is seen to arrive, and what is sent again arrives again', async (t) => {
  const receiver = await startReceiver(t)
  const { open, context } = await signedIn(ground, url, browser, { permissions })
  const { page, complaints } = await open(/status of 400 .*\/v1\/webhooks$/)
  await page.goto(`${url}/account/webhooks`)
  await page.getByRole('button', { name: 'Make a webhook' }).click()
  await page.getByLabel('Address').fill('ftp://example.com/')
  await page.getByRole('button', { name: 'Make the webhook' }).click()
  await page.locator('[aria-invalid]').waitFor()
  await page.getByLabel('Address').fill(receiver.url)
  await page.getByRole('button', { name: 'Make the webhook' }).click()
  const secret = await page.getByRole('textbox', { name: `The secret of ${receiver.url}` }).inputValue()
  t.match(secret, /^whsec_/)
  await page.getByRole('button', { name: `Copy: The secret of ${receiver.url}` }).click()
  await eventually(async () => (await copied(page)) === secret)
  await page.getByRole('button', { name: 'I have it' }).click()

  await page.getByRole('button', { name: `Send a ping: ${receiver.url}` }).click()
  await page.locator('.deliveries').getByText('delivered', { exact: true }).waitFor()
  await page.getByText('Last got through:').waitFor()
  await page.getByText('1 attempt', { exact: true }).click()
  await page.getByText(/^Answered with 200/).waitFor()
  await page.getByText('thank you').waitFor()
  t.same(await accessibilityFindings(page), [])
  await page.getByRole('button', { name: /^Send again: ping/ }).click()
  await receiver.gets(2)
  await page.getByText('2 attempts', { exact: true }).waitFor()
  t.equal(receiver.received[0]?.headers['webhook-id'], receiver.received[1]?.headers['webhook-id'])

  await page.getByRole('button', { name: `New secret: ${receiver.url}` }).click()
  await page.getByRole('button', { name: 'Make a new secret' }).click()
  const another = page.getByRole('textbox', { name: `The secret of ${receiver.url}` })
  t.not(await another.inputValue(), secret)
  await page.getByRole('button', { name: `Disable: ${receiver.url}` }).click()
  await page.getByRole('button', { name: `Enable: ${receiver.url}` }).waitFor()
  await page.getByRole('button', { name: `Delete: ${receiver.url}` }).click()
  await page.getByRole('button', { name: 'Delete it' }).click()
  await page.getByText('There are no webhooks yet').waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('the bars move while a file is analysed, without the page being touched', async (t) => {
  const { open, context } = await signedIn(ground, url, browser, { colorScheme: 'dark' })
  const { page, complaints } = await open(nothingSold)
  await page.goto(`${url}/account/plan`)
  const month = page.getByRole('progressbar', { name: 'Analyses this month' })
  await page.getByText('0 of 100', { exact: true }).waitFor()
  t.equal(await month.getAttribute('value'), '0')
  const sent = await context.request.post(`${url}/v1/analyses`, {
    headers,
    multipart: { file: { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await photo({ width: 64, height: 64 }) } }
  })
  t.equal(sent.status(), 202)
  await page.getByText('1 of 100', { exact: true }).waitFor()
  t.equal(await month.getAttribute('value'), '0.01')
  await page.getByRole('progressbar', { name: 'Files a minute' }).and(page.locator('[value="0.1"]')).waitFor()
  t.equal(await page.getByRole('button', { name: /Buy/ }).count(), 0, 'nothing is offered where nothing is sold')
  t.same(await accessibilityFindings(page), [])
  t.same(complaints, [])
  await context.close()
})

t.test('where plans are sold, buying one leads to the provider, and what was bought is changed there', async (t) => {
  const stripe = await startStripe(t)
  const shop = await startService(t, ground, { ...stripe.env, ROLES: 'api' })
  const { open, context, accountId } = await signedIn(ground, shop.url, browser)
  const { page, complaints } = await open()
  await page.route(/stripe\.test/, (route) => route.fulfill({ contentType: 'text/plain', body: 'the provider' }))
  await page.goto(`${shop.url}/account/plan`)
  await page.getByRole('button', { name: 'Buy Pro' }).waitFor()
  await page.getByRole('button', { name: 'Buy Premium' }).click()
  await page.waitForURL(/checkout\.stripe\.test/)
  t.match(stripe.asked.at(-1)?.form, { 'line_items[0][price]': prices.PREMIUM, success_url: `${shop.url}/account/plan` })
  await ground.database.query("INSERT INTO stripe_subscriptions (id, account_id, status, plan, told_at) VALUES ('sub_1', $1, 'active', 'PREMIUM', now())", [accountId])
  await page.goto(`${shop.url}/account/plan`)
  await page.getByRole('button', { name: 'Change or cancel the subscription' }).click()
  await page.waitForURL(/portal\.stripe\.test/)
  t.same(complaints, [])
  await context.close()
})

t.test('other sessions are ended one by one or all at once, and a new password ends them too', async (t) => {
  const { open, context, email } = await signedIn(ground, url, browser)
  const others = await Promise.all([1, 2, 3].map(() => browser.newContext({ userAgent: 'Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/150.0' })))
  const status = async () => Promise.all(others.map(async ({ request }) => (await request.get(`${url}/v1/session`)).status()))
  const [first, second, third] = others
  for (const other of [first, second]) if (other) await signIn(other, url, email)
  const { page, complaints } = await open(/status of 403 .*\/v1\/account\/password$/)
  await page.goto(`${url}/account/sessions`)
  await page.getByText('this browser').waitFor()
  t.equal(await page.getByRole('button', { name: 'Sign out: Firefox · Linux' }).count(), 2)
  t.same(await accessibilityFindings(page), [])
  await page.getByRole('button', { name: 'Sign out: Firefox · Linux' }).first().click()
  await eventually(async () => (await page.getByRole('button', { name: 'Sign out: Firefox · Linux' }).count()) === 1)
  t.equal((await status()).filter((each) => each === 200).length, 1)
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await page.getByRole('button', { name: 'Sign them out' }).click()
  await page.getByText('You are signed out everywhere else.').waitFor()
  t.same(await status(), [401, 401, 401])

  if (third) await signIn(third, url, email)
  await page.getByRole('link', { name: 'Your account' }).first().click()
  await heading(page, 'Your account')
  await page.getByLabel('Your password', { exact: true }).fill('not the right one')
  await page.getByLabel('New password', { exact: true }).fill('five horses of a colour')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('The password is not the right one.').waitFor()
  await page.getByLabel('Your password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByText('Your password is changed').waitFor()
  t.equal(await page.getByLabel('Your password', { exact: true }).inputValue(), '')
  t.same(await status(), [401, 401, 401])
  t.equal((await context.request.get(`${url}/v1/session`)).status(), 200, 'who changed it stays')
  t.same(complaints, [])
  await context.close()
})

t.test('name and retention are changed, and the account is removed with its password, not without', async (t) => {
  const { open, context, accountId, email } = await signedIn(ground, url, browser, { colorScheme: 'dark' })
  const { page, complaints } = await open(/status of 403 .*\/v1\/account$/)
  await page.goto(`${url}/account`)
  await page.getByLabel('Name').fill('Claims desk')
  await page.getByRole('button', { name: 'Save the name' }).click()
  await page.getByRole('radio', { name: /The hash and the verdict alone/ }).check()
  await eventually(async () => {
    const { rows } = await ground.database.query('SELECT name, retention FROM accounts WHERE id = $1', [accountId])
    return rows[0].name === 'Claims desk' && rows[0].retention === 'none'
  })
  const saving = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download everything' }).click()
  t.equal((await saving).suggestedFilename(), 'faketect-export.json')

  await page.getByRole('button', { name: 'Remove the account…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Your password', { exact: true }).fill('not the right one')
  await page.keyboard.press('Enter')
  await dialog.getByText('The password is not the right one.').waitFor()
  t.same(await accessibilityFindings(page), [])
  await dialog.getByLabel('Your password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByText('Your account is removed.').waitFor()
  await page.getByRole('link', { name: 'Make an account' }).first().waitFor()
  t.equal((await signIn(context, url, email)).status(), 401)
  t.same(complaints, [])
  await context.close()
})
