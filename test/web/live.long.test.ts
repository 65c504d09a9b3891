import type { BrowserContext } from 'playwright-core'
import t from 'tap'
import { eventually } from '../harness/eventually.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'
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

/** Somebody who is signed in, and how many streams each of their tabs has asked for. */
async function signedIn() {
  const { key } = await makeAccount(ground)
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.request.post(`${url}/v1/session`, { data: { key } })
  return context
}

async function openTab(context: BrowserContext) {
  const { page } = await openPage(context, /\/v1\/events$/)
  const tab = { page, streams: 0 }
  page.on('request', (request) => {
    if (request.url().endsWith('/v1/events')) tab.streams++
  })
  await page.goto(url)
  await page.getByRole('button', { name: 'Account' }).waitFor()
  return tab
}

const notice = 'Live updates are not to be had at the moment'

t.test('the tabs of a browser share one stream, which another one takes over', async (t) => {
  const context = await signedIn()
  const first = await openTab(context)
  await eventually(() => first.streams === 1)
  const second = await openTab(context)
  await second.page.reload()
  await second.page.getByRole('button', { name: 'Account' }).waitFor()
  t.equal(second.streams, 0)
  await first.page.close()
  await eventually(() => second.streams === 1)
  t.pass()
  await context.close()
})

t.test('without a stream the page says that it asks again and again, and goes on live as soon as there is one', async (t) => {
  const context = await signedIn()
  await context.route('**/v1/events', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{}' }))
  const { page } = await openTab(context)
  await page.getByText(notice).waitFor()
  const other = await openTab(context)
  await other.page.getByText(notice).waitFor()
  t.equal(other.streams, 0, 'a tab that is opened later knows it too')
  await context.unroute('**/v1/events')
  for (const tab of [page, other.page]) await tab.getByText(notice).waitFor({ state: 'detached' })
  t.pass()
  await context.close()
})
