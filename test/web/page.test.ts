import { fileURLToPath } from 'node:url'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import t from 'tap'
import { photo, pngText, withPngChunks, xmpPacket } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { reasonToSkip, startBrowser } from './browser.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const detectors = fileURLToPath(new URL('../engine/hostileDetectors.ts', import.meta.url))
// Uploads are slowed down here, to be seen: they are alive however long they take.
const { app, url } = await startService(t, ground, { ENGINE_DETECTORS: detectors, UPLOAD_STALE_MS: '60000' })
const browser = await startBrowser(t)

/** What a page may not do: break its own policy, throw, or complain. Refusals that a test provokes are named. */
async function openPage(context: BrowserContext, complaints: string[], expected: RegExp): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const text = `${message.text()} ${new URL(message.location().url || url).pathname}`
    if (['error', 'warning'].includes(message.type()) && !expected.test(text)) complaints.push(text)
  })
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI}`)
    )
  })
  return page
}

/** A browser of an account's own, signed in by the form. */
async function signIn(options: { expected?: RegExp; key?: string } = {}) {
  const key = options.key ?? (await makeAccount(ground)).key
  const complaints: string[] = []
  const context = await browser.newContext()
  // Before anybody is signed in, the page asks and is told so.
  const expected = new RegExp(`status of 401 .* /v1/session$|${(options.expected ?? /^$/).source}`)
  const open = async () => {
    const page = await openPage(context, complaints, expected)
    await page.goto(url)
    return page
  }
  const page = await open()
  await page.getByLabel('Your key').fill(key)
  await page.keyboard.press('Enter')
  await page.locator('#desk').waitFor()
  return { page, context, complaints, key, open }
}

const choose = (page: Page, files: Array<{ name: string; buffer: Buffer }>) =>
  page.locator('#files').setInputFiles(files.map((file) => ({ mimeType: '', ...file })))

/** Drops a file as a person does who drags it from another window. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ({ name, base64 }) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.fromBase64(base64)], name))
      return transfer
    },
    { name, base64: bytes.toString('base64') }
  )
  await page.locator('#drop').dispatchEvent('drop', { dataTransfer })
}

const rowOf = (page: Page, name: string): Locator => page.locator('.row').filter({ has: page.getByRole('heading', { name, exact: true, level: 3 }) })

async function slowUploads(context: BrowserContext, page: Page, bytesPerSecond: number): Promise<void> {
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond }
  await session.send('Network.emulateNetworkConditions', conditions)
}

/** Makes the answers to uploads reach the page only when the returned function is called. */
async function holdAnswers(page: Page): Promise<() => Promise<void>> {
  const release = await page.evaluateHandle(() => {
    const { promise, resolve } = Promise.withResolvers<void>()
    // oxlint-disable-next-line typescript/unbound-method -- it is called with the request below
    const real = XMLHttpRequest.prototype.addEventListener
    XMLHttpRequest.prototype.addEventListener = function (this: XMLHttpRequest, type: string, listener: (event: Event) => void) {
      real.call(this, type, type === 'load' ? (event) => void promise.then(() => listener(event)) : listener)
    }
    return resolve
  })
  return () => release.evaluate((resolve) => resolve())
}

/** The picture has come, and is one. */
const isShown = (image: Locator) => eventually(async () => (await image.evaluate((img: HTMLImageElement) => img.naturalWidth)) > 0)

t.test('a wrong key is told why, the right one opens the desk, and no script can read the session', async (t) => {
  const { key } = await makeAccount(ground)
  const complaints: string[] = []
  const context = await browser.newContext()
  const page = await openPage(context, complaints, /status of 401 .* \/v1\/session$/)
  await page.goto(url)
  await page.getByLabel('Your key').fill('ft_live_nonsense')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This key is not one of ours, or no longer valid.').waitFor()
  t.equal(await page.locator('#desk').isVisible(), false)

  await page.getByLabel('Your key').fill(` ${key} `)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Analyses' }).waitFor()
  const [cookie] = await context.cookies()
  t.match(cookie, { name: 'ft_session', httpOnly: true, sameSite: 'Lax' })
  t.equal(await page.evaluate(() => document.cookie + JSON.stringify(localStorage)), '{}')

  const other = await openPage(context, complaints, /status of 401 .* \/v1\/session$/)
  await other.goto(url)
  await other.locator('#desk').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Your key').waitFor()
  await other.getByLabel('Your key').waitFor()
  t.same(await context.cookies(), [], 'signing out takes the session away, in every tab')
  t.same(complaints, [])
  await context.close()
})

t.test('a dropped photo: its progress, then verdict, reasons and evidence, without a reload', async (t) => {
  const { page, context, complaints } = await signIn()
  let navigations = 0
  page.on('framenavigated', () => navigations++)
  await slowUploads(context, page, 1_000_000)
  // What stands behind the picture makes it long.
  const bytes = Buffer.concat([await photo({ width: 640, height: 480 }), Buffer.alloc(500_000, 1)])
  await drop(page, 'market square.jpg', bytes)
  await page.waitForFunction(() => {
    const bar = document.querySelector('progress')
    return bar !== null && bar.value > 0 && bar.value < 100
  })
  t.match(await page.title(), /^Sending \d+ % – FakeTect$/)

  const result = rowOf(page, 'market square.jpg').locator('.result')
  await result.getByRole('heading', { name: /^No conclusion: nothing was found/ }).waitFor()
  t.match(await page.title(), 'No conclusion: market square.jpg – FakeTect')
  t.match(await page.getByRole('status').textContent(), /^market square\.jpg: No conclusion/)
  t.ok(await result.getByText('This is an answer, not an error').isVisible())
  t.ok(await result.getByText('The error-level picture shows').isVisible())
  t.ok(await result.getByText('Context: moves no verdict').first().isVisible())
  await isShown(result.locator('.evidence img').first())
  await isShown(result.locator('.opening img'))
  t.match(await result.locator('.evidence figcaption').allTextContents(), [/^Bright: changed/, /^Bright: strong noise/])
  await result.locator('.reason', { hasText: 'The JPEG was last saved' }).getByText('Measured values').click()
  t.ok(await result.getByRole('rowheader', { name: 'subsampling' }).isVisible())
  t.match(await result.locator('.facts').textContent(), /image\/jpeg.*640 × 480 pixels.*[0-9a-f]{64}/)
  t.equal(navigations, 0)
  t.same(complaints, [])
  await context.close()
})

t.test('a picture that says it is generated is called so, and what a file says runs nowhere', async (t) => {
  const { page, context, complaints } = await signIn()
  const markup = '<img src=x onerror="console.error(1)"><script>console.error(2)</script>'
  const png = await photo({ format: 'png', xmp: xmpPacket({ 'xmp:CreatorTool': `Adobe Photoshop ${markup}` }) })
  const settings = 'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 320x240, Model: a model'
  const generated = withPngChunks(png, pngText('parameters', `a lighthouse ${markup}\nNegative prompt: blurry\n${settings}`))
  await choose(page, [{ name: `${markup.replaceAll('/', '')}.png`, buffer: generated }])

  const row = page.locator('.row')
  await row.getByRole('heading', { name: 'Made by AI — the file says so itself' }).waitFor()
  t.match(await row.locator('.sureness').textContent(), /: 9\d\s%$/)
  t.match(await row.locator('.reason').first().textContent(), /Stable Diffusion.*Strength: very strong sign that it was made by AI \(estimated/)
  for (const details of await row.locator('summary').all()) await details.click()
  t.match(await row.locator('.name').textContent(), '<img src=x onerror=')
  t.match(await row.locator('.reason').allTextContents().then((texts) => texts.join()), `a lighthouse ${markup}`, 'shown as text')
  t.match(await row.locator('.meaning').allTextContents().then((texts) => texts.join()), markup)
  await row.getByRole('button', { name: /^Delete/ }).click()
  t.match(await page.locator('#delete-name').textContent(), '<img')
  await page.keyboard.press('Escape')
  t.equal(await page.locator('img[src="x"], .row script').count(), 0, 'nothing of it became markup')
  t.same(complaints, [], 'nothing of it ran')
  await context.close()
})

t.test('what is refused or fails says why, and several files go one after the other', async (t) => {
  const { page, context, complaints } = await signIn({ expected: /status of 415 .* \/v1\/analyses$/ })
  let atOnce = 0
  let most = 0
  page.on('request', (request) => request.method() === 'POST' && (most = Math.max(most, ++atOnce)))
  page.on('response', (response) => response.request().method() === 'POST' && atOnce--)
  const jpeg = await photo({ width: 640, height: 480 })
  await choose(page, [
    { name: 'report.pdf', buffer: Buffer.from('%PDF-1.7 and so on') },
    { name: 'cut.jpg', buffer: jpeg.subarray(0, 6_000) },
    { name: 'a WebP.jpg', buffer: await photo({ format: 'webp' }) }
  ])
  await rowOf(page, 'report.pdf').getByText('The type of the file is not supported. Supported are image/jpeg').waitFor()
  const failed = rowOf(page, 'cut.jpg')
  await failed.getByText('Could not be examined').waitFor()
  await failed.getByRole('button', { name: 'cut.jpg', exact: true }).press('Enter')
  await failed.getByText(/^The (file|picture).*\.$/).waitFor()
  await rowOf(page, 'a WebP.jpg').getByText('No conclusion').waitFor()
  t.equal(most, 1)
  await rowOf(page, 'report.pdf').getByRole('button', { name: 'Remove' }).click()
  t.equal(await page.locator('.row').count(), 2)
  t.same(complaints, [])
  await context.close()
})

t.test('an upload and an analysis can be cancelled', async (t) => {
  const { page, context, complaints } = await signIn()
  await slowUploads(context, page, 100_000)
  await choose(page, [{ name: 'slow.jpg', buffer: Buffer.concat([await photo(), Buffer.alloc(3_000_000)]) }])
  await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0)
  await page.getByRole('button', { name: 'Cancel: slow.jpg' }).click()
  await page.locator('#nothing-yet').waitFor()
  await slowUploads(context, page, -1)
  await eventually(async () => (await ground.database.query("SELECT 1 FROM analyses WHERE state = 'uploading'")).rows.length === 0)

  await choose(page, [{ name: 'long.jpg', buffer: await photo({ description: 'hostile: slow 20000' }) }])
  await rowOf(page, 'long.jpg').getByText('Being examined').waitFor()
  t.equal(await page.title(), 'Examining long.jpg – FakeTect')
  await page.getByRole('button', { name: 'Cancel: long.jpg' }).click()
  await rowOf(page, 'long.jpg').getByText('Cancelled', { exact: true }).waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('a second tab hears of everything, a reload finds it again, and deleting removes it everywhere', async (t) => {
  const { page, context, complaints, open } = await signIn()
  const second = await open()
  await second.locator('#nothing-yet').waitFor()
  const release = await holdAnswers(page)
  await choose(page, [{ name: 'shared.jpg', buffer: await photo({ seed: 7 }) }])
  await rowOf(second, 'shared.jpg').getByText('No conclusion').waitFor()
  t.equal(await page.locator('.row').count(), 1, 'news that come before the answer make no second row')
  await release()
  await rowOf(page, 'shared.jpg').locator('.result').waitFor()
  t.equal(await page.locator('.row').count(), 1)

  await page.reload()
  const row = rowOf(page, 'shared.jpg')
  await row.getByRole('button', { name: 'shared.jpg', exact: true }).click()
  await isShown(row.locator('.evidence img').first())

  await second.getByRole('button', { name: 'Delete: shared.jpg' }).click()
  await second.getByRole('button', { name: 'Delete', exact: true }).click()
  await second.locator('#nothing-yet').waitFor()
  await page.locator('#nothing-yet').waitFor()
  t.same(complaints, [])
  await context.close()
})

t.test('more than a page: the newest first, earlier ones on demand', async (t) => {
  const { key } = await makeAccount(ground)
  const program = client(url, key)
  const bytes = await photo({ seed: 9 })
  await program.upload(bytes, { name: 'file 0.jpg', prefer: 'wait=20' })
  for (let n = 1; n <= 21; n++) await program.upload(bytes, { name: `file ${n}.jpg` })
  const { page, context, complaints } = await signIn({ key })
  await page.getByRole('button', { name: 'Show earlier ones' }).click()
  await rowOf(page, 'file 0.jpg').waitFor()
  const names = await page.locator('.name').allTextContents()
  t.same(names.filter((name) => name.startsWith('file')), Array.from({ length: 22 }, (_, n) => `file ${21 - n}.jpg`))
  t.equal(await page.getByRole('button', { name: 'Show earlier ones' }).isVisible(), false)
  t.same(complaints, [])
  await context.close()
})

t.test('without live events the verdict is asked for; when they are back, nothing was missed', async (t) => {
  const { key } = await makeAccount(ground)
  const { page, context, complaints } = await signIn({ key, expected: /status of 503 .* \/v1\/events$/ })
  await page.route('**/v1/events', (route) => route.fulfill({ status: 503, body: '{}' }))
  await page.reload()
  await page.getByText('Live news is interrupted.').waitFor()
  await choose(page, [{ name: 'asked for.jpg', buffer: await photo({ seed: 11 }) }])
  await rowOf(page, 'asked for.jpg').locator('.result').waitFor()

  await client(url, key).upload(await photo({ seed: 12 }), { name: 'missed.jpg', prefer: 'wait=20' })
  t.equal(await rowOf(page, 'missed.jpg').count(), 0)
  await page.unroute('**/v1/events')
  await rowOf(page, 'missed.jpg').getByText('No conclusion').waitFor()
  t.equal(await page.getByText('Live news is interrupted.').count(), 0)
  t.same(complaints, [])
  await context.close()
})

t.test('the page is checked for changes on each visit, and an address that is none is a problem', async (t) => {
  const first = await fetch(`${url}/`)
  t.match(await first.text(), '<title>FakeTect</title>')
  t.equal(first.headers.get('cache-control'), 'no-cache')
  const policy = first.headers.get('content-security-policy') ?? ''
  t.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
  t.notMatch(policy, /unsafe|data:|https?:/)
  const again = await app.inject({ url: '/', headers: { 'if-none-match': first.headers.get('etag') ?? '' } })
  t.equal(again.statusCode, 304)
  for (const path of ['/nothing', '/public/', '/pages.ts', '/%2e%2e/pages.ts', '//app.js', '/app.js/']) {
    const response = await fetch(url + path)
    t.equal(response.status, 404, path)
    t.match(response.headers.get('content-type'), /^application\/problem\+json/)
    t.match(await response.json(), { code: 'not_found' })
  }
})
