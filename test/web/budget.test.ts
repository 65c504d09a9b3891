import type { BrowserContext } from 'playwright-core'
import t from 'tap'
import { paths } from '../../src/web/paths.ts'
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
const { key, accountId } = await makeAccount(ground)
await ground.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [accountId])

const MOST_BYTES = 90_000
const nowhere = '0193b3a0-0000-7000-8000-000000000000'

/** Opens a page in a browser that knows nothing of it yet. @returns what came over the wire, as the browser counts it */
async function load(context: BrowserContext, path: string) {
  const { page, complaints } = await openPage(context, /status of 404 .*|status of 400 .*\/v1\/shared\//)
  const network = await context.newCDPSession(page)
  const scripts = new Map<string, string | undefined>()
  const elsewhere: string[] = []
  let bytes = 0
  network.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Script') scripts.set(requestId, response.headers['content-encoding'])
  })
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== url && protocol !== 'blob:') elsewhere.push(request.url())
  })
  await network.send('Network.enable')
  await page.goto(url + path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.spinner').waitFor({ state: 'detached' })
  return { page, complaints, elsewhere, bytes, encodings: [...scripts.values()] }
}

for (const who of ['a stranger', 'whoever is signed in'] as const) {
  t.test(`the first page of ${who} needs less than 90 KB of scripts`, async (t) => {
    const context = await browser.newContext({ locale: 'fr-FR' })
    if (who !== 'a stranger') await context.request.post(`${url}/v1/session`, { data: { key } })
    const { bytes, encodings, complaints } = await load(context, '/')
    t.comment(`${bytes} bytes in ${encodings.length} files`)
    t.ok(bytes > 10_000 && bytes < MOST_BYTES, `${bytes} bytes`)
    t.ok(encodings.length > 1 && encodings.every((encoding) => encoding === 'br' || encoding === undefined), 'they come as small as can be')
    t.same(complaints, [])
    await context.close()
  })
}

t.test('no page loads anything from elsewhere, or does what its policy forbids', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.request.post(`${url}/v1/session`, { data: { key } })
  for (const path of paths) {
    const { page, complaints, elsewhere } = await load(context, path.replace(/:\w+/, nowhere))
    t.same(elsewhere, [], path)
    t.same(complaints, [], path)
    await page.close()
  }
  await context.close()
})
