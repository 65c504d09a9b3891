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
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(links.at(-1) ?? '')
  return page
}

t.test('the link in the mail confirms the address, when the button is pressed', async (t) => {
  const ada = person(url)
  await ada.register()
  await ada.signIn()
  const page = await openLink(ada.email, 1)
  await page.getByRole('button').waitFor()
  t.match((await ada.send('GET', '/v1/session')).body, { emailConfirmed: false }, 'opening it does nothing yet')
  await page.getByRole('button').click()
  await page.getByText('your address is confirmed').waitFor()
  t.match((await ada.send('GET', '/v1/session')).body, { emailConfirmed: true })
  t.equal(new URL(page.url()).hash, '')
})

t.test('the link in the mail leads to another password, and says why one is refused', async (t) => {
  const ada = person(url)
  await ada.register()
  await ada.send('POST', '/v1/password-resets', { email: ada.email })
  const page = await openLink(ada.email, 2)
  await page.getByLabel('New password').fill('password1234')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('too easy to guess').waitFor()
  await page.getByLabel('New password').fill('five horses of a colour')
  await page.keyboard.press('Enter')
  await page.getByText('Your password is changed').waitFor()
  t.equal((await ada.signIn('five horses of a colour')).status, 201)

  const again = await openLink(ada.email, 2)
  await again.getByLabel('New password').fill('five horses of a colour')
  await again.keyboard.press('Enter')
  await again.getByRole('alert').getByText('not valid any longer').waitFor()
})
