import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import t from 'tap'
import { layGround, makeAccount, startService } from '../harness/service.ts'
import { accessibilityFindings } from './accessibility.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { openPage } from './openPage.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const { url } = await startService(t, ground, { ROLES: 'api' })
const browser = await startBrowser(t)

const focused = (page: Page) => page.evaluate(() => `${document.activeElement?.tagName}: ${document.activeElement?.textContent}`)

t.test('from the first page to an account of one’s own, by the keyboard alone', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  const { page, complaints } = await openPage(context, /status of 400 .*\/v1\/accounts$|status of 401 .*\/v1\/session$/)
  await page.goto(url)
  await page.getByRole('heading', { name: 'Can this picture be trusted?' }).waitFor()
  await page.keyboard.press('Tab')
  t.match(await focused(page), 'A: Skip to the content')
  await page.keyboard.press('Enter')
  t.match(await focused(page), /^MAIN/)
  await page.keyboard.press('Tab')
  t.equal(await focused(page), 'A: Make an account')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Make an account' }).waitFor()
  t.equal(await focused(page), 'H1: Make an account', 'the new page is read from its heading')
  t.equal(await page.title(), 'Make an account – FakeTect')

  await page.keyboard.press('Tab')
  const email = `${randomUUID()}@people.example`
  await page.keyboard.type('nobody')
  await page.keyboard.press('Enter')
  await page.getByText('This is not an e-mail address.').waitFor()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('password1234')
  await page.keyboard.press('Enter')
  await page.getByText('too easy to guess').waitFor()
  t.equal(await page.getByLabel('Password', { exact: true }).getAttribute('aria-invalid'), 'true')
  t.same(await accessibilityFindings(page), [])
  await page.getByLabel('Password', { exact: true }).fill('four horses of a colour')
  await page.keyboard.press('Enter')
  await page.getByText(`We have written to ${email}`).waitFor()
  t.equal(await focused(page), 'H1: Look into your mail')
  await page.getByText('Confirm your e-mail address with the link').waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('a wrong password is said to be one, too many are told to wait, and the right one leads to where one was going', async (t) => {
  const { request, ...context } = await browser.newContext({ locale: 'en-GB' }).then((context) => ({ request: context.request, open: (expected: RegExp) => openPage(context, expected), close: () => context.close() }))
  const email = `${randomUUID()}@people.example`
  await request.post(`${url}/v1/accounts`, { data: { email, password: 'four horses of a colour' } })
  const { page, complaints } = await context.open(/status of 4(?:01|29) .*\/v1\/session$/)
  await page.goto(`${url}/sign-in?to=${encodeURIComponent('/register')}`)
  await page.getByRole('tab', { name: 'With a password' }).click()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('not the right one')
  for (let attempt = 0; attempt < 6; attempt++) {
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.keyboard.press('Enter')
    await answered
    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
    if (attempt === 0) t.equal(await page.locator('form').getByRole('alert').textContent(), 'The address or the password is wrong.')
  }
  await page.getByText('Too much in too short a time.').waitFor()
  await page.getByText('You can try again now.').waitFor()
  await page.getByLabel('Password', { exact: true }).fill('four horses of a colour')
  await page.keyboard.press('Enter')
  await page.waitForURL(`${url}/register`)
  t.same(complaints, [])
  await context.close()
})

t.test('a link can’t lead to another site after signing in, and the printed one signs in at once', async (t) => {
  const { key } = await makeAccount(ground)
  const context = await browser.newContext({ locale: 'en-GB' })
  const { page, complaints } = await openPage(context)
  await page.goto(`${url}/sign-in?to=${encodeURIComponent('//elsewhere.example/')}#key=${key}`)
  await page.getByRole('button', { name: 'Account' }).waitFor()
  await page.waitForURL(`${url}/`)
  t.match(await context.cookies(), [{ name: 'ft_session', httpOnly: true, sameSite: 'Lax' }])
  t.equal(await page.evaluate(() => document.cookie + JSON.stringify(localStorage)), '{}')

  const other = await openPage(context)
  await other.page.goto(url)
  await other.page.getByRole('button', { name: 'Account' }).click()
  t.same(await accessibilityFindings(other.page), [])
  await other.page.keyboard.press('Escape')
  t.equal(await focused(other.page), 'BUTTON: Account')
  t.equal(await other.page.getByRole('button', { name: 'Sign out' }).isVisible(), false)
  await other.page.keyboard.press('Enter')
  await other.page.getByRole('button', { name: 'Sign out' }).click()
  for (const each of [page, other.page]) await each.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign in' }).waitFor()
  t.same(await context.cookies(), [], 'signing out takes the session away, in every tab')
  t.same([...complaints, ...other.complaints], [])
  await context.close()
})

t.test('language and colours are those of the browser until they are chosen, and then kept', async (t) => {
  const context = await browser.newContext({ locale: 'fr-CA', colorScheme: 'dark' })
  const { page, complaints } = await openPage(context)
  await page.goto(`${url}/sign-in`)
  await page.getByRole('heading', { name: 'Se connecter' }).waitFor()
  t.equal(await page.locator('html').getAttribute('lang'), 'fr')
  const background = () => page.locator('html').evaluate((html) => getComputedStyle(html).backgroundColor)
  const dark = await background()
  t.same(await accessibilityFindings(page), [])

  await page.getByLabel('Couleurs').selectOption('light')
  t.not(await background(), dark)
  await page.getByLabel('Langue').selectOption('en')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  t.equal(await page.title(), 'Sign in – FakeTect')
  const light = await background()
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  t.equal(await page.locator('html').getAttribute('lang'), 'en')
  t.equal(await background(), light)
  t.same(await accessibilityFindings(page), [])
  const asked = page.waitForRequest((request) => request.method() === 'POST')
  await page.getByLabel('API key', { exact: true }).fill('not a key')
  await page.keyboard.press('Enter')
  t.equal((await asked).headers()['accept-language'], 'en', 'the service answers in the language that was chosen')
  t.same(complaints, [])
  await context.close()
})

t.test('a service that does not answer is said not to, and asked again', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  const { page } = await openPage(context)
  await page.route('**/v1/session', (route) => route.abort())
  await page.goto(url)
  await page.getByRole('heading', { name: 'The service does not answer' }).waitFor()
  await page.unroute('**/v1/session')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Can this picture be trusted?' }).waitFor()
  await page.evaluate(() => {
    history.pushState(null, '', '/nowhere')
    dispatchEvent(new PopStateEvent('popstate'))
  })
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  t.equal(await focused(page), 'H1: There is nothing here')
  await context.close()
})

t.test('what the service says before the page has its texts is understood', async (t) => {
  const context = await browser.newContext({ locale: 'fr-FR' })
  const { page, complaints } = await openPage(context)
  const answered = page.waitForResponse('**/v1/session')
  await page.route('**/assets/fr-*.js', async (route) => {
    await (await answered).finished()
    await route.continue()
  })
  await page.goto(url)
  await page.getByRole('heading', { name: 'Peut-on se fier à cette image' }).waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('a page whose files do not come says so', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  const { page } = await openPage(context)
  await page.goto(url)
  await page.getByRole('heading', { name: 'Can this picture be trusted?' }).waitFor()
  await page.route('**/assets/Register-*.js', (route) => route.fulfill({ status: 404 }))
  await page.getByRole('link', { name: 'Make an account' }).first().click()
  await page.getByText('a newer version is there').waitFor()
  await page.unroute('**/assets/Register-*.js')
  await page.getByRole('button', { name: 'Load the page anew' }).click()
  await page.getByRole('heading', { name: 'Make an account' }).waitFor()
  t.pass()
  await context.close()
})
