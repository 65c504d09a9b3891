import t from 'tap'
import { behindProxy, person } from '../accounts/person.ts'
import { layGround, startService } from '../harness/service.ts'
import { startSmtp } from '../mail/smtp.ts'
import { reasonToSkip, startBrowser } from './browser.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const smtp = await startSmtp(t)
const { url } = await startService(t, ground, { ...behindProxy, SMTP_URL: smtp.url })
const browser = await startBrowser(t)

/** Opens the link of the newest mail to somebody, as they would. */
async function openLink(email: string, count: number) {
  const links = (await smtp.to(email, count)).flatMap(({ text }) => /https?:\S+/.exec(text ?? '')?.[0] ?? [])
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(links.at(-1) ?? '')
  return page
}

t.test('the link in the mail confirms the address, when the button is pressed', async (t) => {
  const ada = person(url)
  await ada.register()
  await ada.signIn()
  const page = await openLink(ada.email, 1)
  const button = page.getByRole('button', { name: 'Yes, this is my address' })
  await button.waitFor()
  t.match((await ada.send('GET', '/v1/session')).body, { emailConfirmed: false }, 'opening it does nothing yet')
  await button.click()
  await page.getByText('your address is confirmed').waitFor()
  t.match((await ada.send('GET', '/v1/session')).body, { emailConfirmed: true })
  t.equal(new URL(page.url()).hash, '')
  t.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'the answer is read from its beginning')

  const again = await openLink(ada.email, 1)
  await again.getByRole('button', { name: 'Yes, this is my address' }).click()
  await again.getByRole('alert').getByText('has been used already').waitFor()
})

t.test('the link in the mail leads to another password, and says why one is refused', async (t) => {
  const ada = person(url)
  await ada.register()
  await ada.send('POST', '/v1/password-resets', { email: ada.email })
  const page = await openLink(ada.email, 2)
  const field = page.getByLabel('New password', { exact: true })
  await field.fill('short')
  await page.keyboard.press('Enter')
  await page.getByText('At least 10 characters, please.').waitFor()
  await field.fill('password1234')
  await page.keyboard.press('Enter')
  await page.getByText('too easy to guess').waitFor()
  t.match(await field.getAttribute('aria-invalid'), 'true')
  t.ok(await field.evaluate((input) => input === document.activeElement), 'the focus is where something is to be changed')
  await field.fill('five horses of a colour')
  await page.keyboard.press('Enter')
  await page.getByText('Your password is changed').waitFor()
  t.equal((await ada.signIn('five horses of a colour')).status, 201)

  const again = await openLink(ada.email, 2)
  await again.getByLabel('New password', { exact: true }).fill('five horses of a colour')
  await again.keyboard.press('Enter')
  await again.getByRole('alert').getByText('has been used already').waitFor()
  await again.getByRole('button', { name: 'Have another one sent' }).click()
  await again.getByRole('heading', { name: 'Forgotten password' }).waitFor()
  await again.getByLabel('E-mail address').fill(ada.email)
  await again.keyboard.press('Enter')
  await again.getByText(`If there is an account for ${ada.email}`).waitFor()
  t.ok(await smtp.to(ada.email, 4), 'the registration, the link, the news of the change, and another link')
})
