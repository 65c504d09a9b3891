import type { BrowserContext } from 'playwright-core'
import t from 'tap'
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
const { key } = await makeAccount(ground)

const MOST_BYTES = 90_000

/** Opens the first page in a browser that knows nothing of it yet. @returns what came over the wire, as the browser counts it */
async function load(context: BrowserContext) {
  const { page, complaints } = await openPage(context)
  const network = await context.newCDPSession(page)
  const scripts = new Map<string, string | undefined>()
  const asked: string[] = []
  let bytes = 0
  network.on('Network.requestWillBeSent', ({ request }) => asked.push(new URL(request.url).pathname))
  network.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Script') scripts.set(requestId, response.headers['content-encoding'])
  })
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  await network.send('Network.enable')
  await page.goto(url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.spinner').waitFor({ state: 'detached' })
  return { complaints, bytes, asked, encodings: [...scripts.values()] }
}

for (const who of ['a stranger', 'whoever is signed in'] as const) {
  t.test(`the first page of ${who} needs less than 90 KB of scripts`, async (t) => {
    const context = await browser.newContext({ locale: 'fr-FR' })
    if (who !== 'a stranger') await context.request.post(`${url}/v1/session`, { data: { key } })
    const { bytes, encodings, complaints, asked } = await load(context)
    t.comment(`${bytes} bytes in ${encodings.length} files`)
    t.ok(bytes > 10_000 && bytes < MOST_BYTES, `${bytes} bytes`)
    t.ok(encodings.length > 1 && encodings.every((encoding) => encoding === 'br' || encoding === undefined), 'they come as small as can be')
    const early = asked.filter((path) => path === '/v1/session' || path.startsWith('/assets/'))
    t.ok(early.includes('/v1/session'))
    t.same(early.filter((path, at) => early.indexOf(path) !== at), [], 'what was asked for early is what is used')
    t.same(complaints, [], 'all of it from here, as the policy wants it')
    await context.close()
  })
}
