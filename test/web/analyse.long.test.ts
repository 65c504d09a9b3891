import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { accessibilityFindings } from './accessibility.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { openPage } from './openPage.ts'
import { bring, choose, isBeingSent, lineOf, slowUploads } from './sendFiles.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const detectors = fileURLToPath(new URL('../engine/hostileDetectors.ts', import.meta.url))
// Uploads are slowed down here, to be seen: they are alive however long they take.
const { url } = await startService(t, ground, { ENGINE_DETECTORS: detectors, UPLOAD_STALE_MS: '60000', OUTBOUND_ALLOW: '127.0.0.0/8' })
const browser = await startBrowser(t)

async function signedIn(expected?: RegExp, given?: string) {
  const key = given ?? (await makeAccount(ground)).key
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.request.post(`${url}/v1/session`, { data: { key } })
  return { context, program: client(url, key), ...(await openPage(context, expected)) }
}

/** What the browser asks a page before it closes it. */
const asksBeforeClosing = (page: Page) => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))

t.test('without a stream the page asks by itself; one that breaks off in the middle costs nothing', async (t) => {
  const { page, complaints, context, program } = await signedIn(/\/v1\/events$|ERR_INTERNET_DISCONNECTED/)
  const verdictOf = (name: string) => lineOf(page, name).getByText('No conclusion')
  const notice = page.getByText('Live updates are not to be had at the moment')

  await page.route('**/v1/events', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{}' }))
  await page.goto(url)
  await notice.waitFor()
  await choose(page, [{ name: 'asked for.jpg', buffer: await photo({ seed: 41 }) }])
  await verdictOf('asked for.jpg').waitFor()
  await program.upload(await photo({ seed: 42 }), { name: 'of a program.jpg' })
  await verdictOf('of a program.jpg').waitFor()

  await page.unroute('**/v1/events')
  await notice.waitFor({ state: 'detached' })
  await program.upload(await photo({ seed: 43 }), { name: 'live.jpg' })
  await verdictOf('live.jpg').waitFor()

  await context.setOffline(true)
  await program.upload(await photo({ seed: 44 }), { name: 'missed.jpg', prefer: 'wait=20' })
  t.equal(await verdictOf('missed.jpg').count(), 0)
  await context.setOffline(false)
  await verdictOf('missed.jpg').waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('at most three requests at once; one that a limit refuses is sent again by itself when it opens', async (t) => {
  const { page, context, complaints } = await signedIn(/status of 429 .*\/v1\/analyses$/)
  await page.goto(url)
  let atOnce = 0
  let most = 0
  let refused = false
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  await page.route('**/v1/analyses', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    most = Math.max(most, ++atOnce)
    await opened
    atOnce--
    if (refused) return route.fallback()
    refused = true
    const problem = { title: 'Too much in too short a time', status: 429, code: 'rate_limit_exceeded', limit: 'uploads' }
    return route.fulfill({ status: 429, headers: { 'retry-after': '2' }, contentType: 'application/problem+json', body: JSON.stringify(problem) })
  })
  for (let n = 0; n < 5; n++) await choose(page, [{ name: `${n}.jpg`, buffer: await photo({ seed: 60 }) }])
  await eventually(() => most === 3)
  open()
  await page.locator('.file').getByText('Too much in too short a time.').waitFor()
  await page.getByText(/It is sent again in [12] s/).waitFor()
  await page.getByText('5 of 5 done', { exact: true }).waitFor()
  t.equal(most, 3)
  t.same(complaints, [])
  await context.close()
})

t.test('a session that ends in the middle costs nothing: signed in again, the file is sent', async (t) => {
  const { key } = await makeAccount(ground)
  const { page, context, complaints } = await signedIn(/status of 401/, key)
  await page.goto(url)
  await page.getByText('Nothing was analysed yet').waitFor()
  await context.clearCookies()
  await choose(page, [{ name: 'chosen before.jpg', buffer: await photo({ seed: 70 }) }])
  await page.getByRole('link', { name: 'Sign in' }).first().click()
  await page.getByLabel('API key', { exact: true }).fill('ft_live_nonsense')
  await page.keyboard.press('Enter')
  await page.getByText('This key is not one of ours, or no longer valid.').waitFor()
  await page.getByLabel('API key', { exact: true }).fill(` ${key} `)
  await page.keyboard.press('Enter')
  await lineOf(page, 'chosen before.jpg').getByText('No conclusion').waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('a picture is pasted, another fetched from an address, and what is no address is said to be none', async (t) => {
  const { page, context, complaints } = await signedIn(/status of 4(15|22) .* \/v1\/analyses$/)
  const png = await photo({ format: 'png', seed: 21 })
  const receiver = await startReceiver(t, (request, response) => void (request.path.endsWith('there.png') ? response.end(png) : response.writeHead(404).end()))
  await page.goto(url)
  await page.getByText('Nothing was analysed yet').waitFor()
  await bring(page, 'paste', [{ name: 'image.png', buffer: await photo({ format: 'png', seed: 20 }) }])
  await page.getByRole('link', { name: /^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/ }).waitFor()

  const address = page.getByLabel('Or the address of a picture or a video')
  await address.fill('not an address')
  await page.keyboard.press('Enter')
  await page.getByText('An address begins with https://').waitFor()
  await address.fill(`${receiver.url}/there.png`)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'there.png' }).waitFor()
  await address.fill(`${receiver.url}/nothing.png`)
  await page.keyboard.press('Enter')
  await lineOf(page, 'nothing.png').getByText('No file could be fetched from the address').waitFor()
  t.equal(await lineOf(page, 'nothing.png').getByRole('button', { name: 'Try again' }).count(), 0)
  await lineOf(page, 'nothing.png').getByRole('button', { name: 'Remove' }).click()
  await eventually(async () => (await lineOf(page, 'nothing.png').count()) === 0)
  await page.getByText('2 of 2 done', { exact: true }).waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('a second tab hears of everything, and what is deleted in one is gone in both', async (t) => {
  const { page, context, complaints } = await signedIn()
  const { page: second, complaints: others } = await openPage(context)
  for (const each of [page, second]) await each.goto(url)
  await second.getByText('Nothing was analysed yet').waitFor()
  const { promise: heard, resolve: release } = Promise.withResolvers<void>()
  await page.route('**/v1/analyses', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    const response = await route.fetch()
    await heard
    return route.fulfill({ response })
  })
  await choose(page, [{ name: 'shared.jpg', buffer: await photo({ seed: 7 }) }])
  await lineOf(second, 'shared.jpg').getByText('No conclusion').waitFor()
  t.equal(await page.locator('.file').count(), 1, 'news that come before the answer make no second line')
  release()
  await lineOf(page, 'shared.jpg').getByText('No conclusion').waitFor()
  t.equal(await page.locator('.file').count(), 1)

  await second.getByRole('link', { name: 'History', exact: true }).click()
  await second.getByRole('button', { name: 'Delete: shared.jpg' }).click()
  await second.getByText('Nothing was analysed yet').waitFor()
  await second.getByRole('button', { name: 'Dismiss: “shared.jpg” is deleted.' }).click()
  await page.getByText('Nothing was analysed yet').waitFor()
  t.same([...complaints, ...others], [])
  await context.close()
})

t.test('a closed tab loses nothing that has arrived, and one that still sends asks before it closes', async (t) => {
  const { page, context, complaints } = await signedIn()
  await page.goto(url)
  await choose(page, [{ name: 'arrived.jpg', buffer: await photo({ description: 'hostile: slow 500' }) }])
  await lineOf(page, 'arrived.jpg').getByRole('link').waitFor()
  t.equal(await asksBeforeClosing(page), false)
  await page.close()
  const { page: later, complaints: laterComplaints } = await openPage(context)
  await later.goto(url)
  await lineOf(later, 'arrived.jpg').getByRole('link').waitFor()
  await later.goto(`${url}/history`)
  await lineOf(later, 'arrived.jpg').getByText('No conclusion').waitFor()

  await later.goto(url)
  await slowUploads(context, later, 50_000)
  await choose(later, [{ name: 'on its way.jpg', buffer: Buffer.concat([await photo(), Buffer.alloc(2_000_000)]) }])
  await isBeingSent(later)
  await later.getByRole('link', { name: 'History', exact: true }).click()
  await later.getByRole('heading', { name: 'History' }).waitFor()
  t.ok(await asksBeforeClosing(later), 'also from another page of the app')
  t.same([...complaints, ...laterComplaints], [])
  await context.close()
})

t.test('a batch shows how far it is, live, and what is not done of it can be cancelled', async (t) => {
  const { page, context, complaints, program } = await signedIn()
  const form = new FormData()
  form.append('file', new Blob([(await photo({ description: 'hostile: slow 2500' })) as Uint8Array<ArrayBuffer>]), 'quick.jpg')
  form.append('file', new Blob([(await photo({ description: 'hostile: slow 20000' })) as Uint8Array<ArrayBuffer>]), 'slow.jpg')
  const batch = (await (await program.send('/v1/analyses', { method: 'POST', body: form })).json()) as { id: string }
  await page.goto(`${url}/batches/${batch.id}`)
  await page.getByText('0 of 2 done', { exact: true }).and(page.locator('main *')).waitFor()
  await page.getByText('1 of 2 done', { exact: true }).and(page.locator('main *')).waitFor()
  t.same(await accessibilityFindings(page), [])
  await page.getByRole('button', { name: 'Cancel what is not done' }).click()
  await page.getByText('2 files, and all are done.').waitFor()
  t.same(await page.locator('.counts li').allTextContents(), ['No conclusion 1', 'Without a verdict 1'])
  await page.goto(`${url}/batches/01a204c6-bcc2-7504-a608-23364028d840`)
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  t.same(complaints.filter((complaint) => !/status of 404/.test(complaint)), [])
  await context.close()
})
