import { fileURLToPath } from 'node:url'
import t from 'tap'
import { photo, pngText, withPngChunks, xmpPacket } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { openPage } from './openPage.ts'
import { bring, choose, isBeingSent, isShown, lineOf, slowUploads } from './sendFiles.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const detectors = fileURLToPath(new URL('../engine/hostileDetectors.ts', import.meta.url))
// Uploads are slowed down here, to be seen: they are alive however long they take.
const { url } = await startService(t, ground, { ENGINE_DETECTORS: detectors, UPLOAD_STALE_MS: '60000' })
const browser = await startBrowser(t)

/** A browser of an account's own, signed in. */
async function signedIn(expected?: RegExp) {
  const { key, accountId } = await makeAccount(ground)
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.request.post(`${url}/v1/session`, { data: { key } })
  const { page, complaints } = await openPage(context, expected)
  const made = async () => (await ground.database.query('SELECT file_name FROM analyses WHERE account_id = $1', [accountId])).rows.length
  return { page, complaints, context, program: client(url, key), made }
}

t.test('several files dropped anywhere are a batch: each goes its way to its verdict, and one that is refused says why', async (t) => {
  const { page, context, complaints } = await signedIn()
  let loads = 0
  page.on('load', () => loads++)
  await page.goto(url)
  await page.getByText('Nothing was analysed yet').waitFor()
  await slowUploads(context, page, 600_000)
  // What stands behind the picture makes it long.
  const large = Buffer.concat([await photo({ width: 640, height: 480 }), Buffer.alloc(400_000, 1)])
  const markup = '<img src=x onerror=console.error(1)>.png'
  const settings = 'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 320x240, Model: a model'
  const generated = withPngChunks(await photo({ format: 'png', xmp: xmpPacket({ 'xmp:CreatorTool': markup }) }), pngText('parameters', `a lighthouse\n${settings}`))
  await bring(page, 'drop', [
    { name: 'market square.jpg', buffer: large },
    { name: 'report.pdf', buffer: Buffer.from('%PDF-1.7 and so on') },
    { name: 'a WebP.jpg', buffer: await photo({ format: 'webp' }) },
    { name: markup, buffer: generated }
  ])
  await isBeingSent(page)
  t.match(await page.title(), /^Sending \d+% – FakeTect$/)
  await isShown(lineOf(page, 'market square.jpg').locator('img'))
  t.match(await lineOf(page, 'market square.jpg').locator('img').getAttribute('src'), /^blob:/)
  await lineOf(page, 'report.pdf').getByText('This is no picture or video that can be analysed. Supported are JPEG, PNG').waitFor()
  await lineOf(page, 'market square.jpg').getByText('No conclusion').waitFor()
  await lineOf(page, markup).getByText('Probably made by AI').waitFor()
  await page.getByText('4 of 4 done', { exact: true }).waitFor()
  t.match(await page.locator('.only-heard [role=status]').textContent(), /: (No conclusion|Probably made by AI)\. 4 of 4 done$/)
  const served = page.locator('.file img[src*="/evidence/thumbnail.webp"]')
  await isShown(served.first())
  await eventually(async () => (await page.locator('.file img[src^="blob:"]').count()) === 0)
  t.equal(await page.locator('img[src="x"]').count(), 0, 'a file’s name is text')

  await page.getByRole('link', { name: 'The batch with 3 files' }).click()
  await page.getByText('3 files, and all are done.').waitFor()
  t.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1')
  t.same(await page.locator('.counts li').allTextContents(), ['Probably made by AI 1', 'No conclusion 2'])
  await page.getByRole('heading', { name: '1 file was not taken' }).waitFor()
  await page.getByRole('link', { name: markup }).click()
  await page.getByRole('heading', { name: /^Made by AI/, level: 1 }).waitFor()
  t.equal(await page.locator('img[src="x"]').count(), 0)
  await isShown(page.locator('main img[src*="/evidence/"]').first())
  t.equal(loads, 1, 'all of it in one page')
  t.same(complaints, [])
  await context.close()
})

t.test('an upload and an analysis can be cancelled; of a batch, one file alone', async (t) => {
  const { page, context, complaints, made } = await signedIn(/status of 409 .* \/v1\/analyses$/)
  await page.goto(url)
  await slowUploads(context, page, 100_000)
  const long = (seed: number) => photo({ seed }).then((bytes) => Buffer.concat([bytes, Buffer.alloc(1_000_000)]))
  await choose(page, [{ name: 'first.jpg', buffer: await long(1) }, { name: 'second.jpg', buffer: await long(2) }, { name: 'third.jpg', buffer: await photo({ description: 'hostile: slow 20000' }) }])
  await isBeingSent(page)
  await page.getByRole('button', { name: 'Cancel: first.jpg' }).click()
  await page.getByRole('button', { name: 'Cancel: second.jpg' }).click()
  await slowUploads(context, page, -1)
  await lineOf(page, 'third.jpg').getByText('Being examined').waitFor()
  t.equal(await page.locator('.file').count(), 1)
  t.equal(await page.title(), '0 of 1 done – FakeTect')
  await page.getByRole('button', { name: 'Cancel: third.jpg' }).click()
  await lineOf(page, 'third.jpg').getByText('Cancelled', { exact: true }).waitFor()
  await eventually(async () => (await made()) === 1)
  t.same(complaints, [])
  await context.close()
})

t.test('an answer that never comes makes no second analysis, neither when it is asked for again by itself nor by hand', async (t) => {
  const { page, context, complaints, made } = await signedIn(/(ERR_FAILED|status of 429) .*\/v1\/analyses$/)
  await page.goto(url)
  const keys: string[] = []
  await page.route('**/v1/analyses', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    keys.push(route.request().headers()['idempotency-key'] ?? '')
    if (keys.length % 2 === 0) return route.fallback()
    // Everything has arrived, and the answer gets lost.
    await route.fetch()
    return keys.length === 1 ? route.abort() : route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{"title":"Too much","status":429,"code":"quota_exceeded"}' })
  })
  await choose(page, [{ name: 'alone.jpg', buffer: await photo({ seed: 31 }) }])
  await lineOf(page, 'alone.jpg').getByText('The service could not be reached').waitFor()
  await lineOf(page, 'alone.jpg').getByText(/It is sent again in [12] s/).waitFor()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await lineOf(page, 'alone.jpg').getByText('No conclusion').waitFor()

  await choose(page, [{ name: 'a.jpg', buffer: await photo({ seed: 32 }) }, { name: 'b.jpg', buffer: await photo({ seed: 33 }) }])
  await page.getByRole('button', { name: 'Try again: b.jpg' }).click()
  for (const name of ['a.jpg', 'b.jpg']) await lineOf(page, name).getByText('No conclusion').waitFor()
  t.equal(await page.locator('.file').count(), 3)
  t.equal(await made(), 3)
  t.same([keys[0] === keys[1], keys[1] === keys[2], keys[2] === keys[3]], [true, false, true])
  t.same(complaints, [])
  await context.close()
})

t.test('the history: newest first, page by page, filtered by its address, and deleting can be taken back', async (t) => {
  const { page, context, complaints, program } = await signedIn()
  const bytes = await photo({ seed: 9 })
  await program.upload(bytes, { name: 'file 0.jpg', prefer: 'wait=20' })
  await makeCopies(33)
  await program.upload((await photo({ width: 640, height: 480 })).subarray(0, 6_000), { name: 'cut.jpg', prefer: 'wait=20' })
  // So low that the end of the list is far away.
  await page.setViewportSize({ width: 1280, height: 400 })
  await page.goto(`${url}/history`)
  await lineOf(page, 'cut.jpg').getByText('The picture in the file is damaged').waitFor()
  t.equal(await page.locator('.file').count(), 30)
  await page.getByRole('button', { name: 'Show more' }).press('Enter')
  await eventually(async () => (await page.locator('.file').count()) === 35)
  const names = await page.locator('.file-name').allTextContents()
  t.same(names, ['cut.jpg', ...Array.from({ length: 34 }, (_, n) => `file ${33 - n}.jpg`)])
  await isShown(page.locator('.file img').last())

  await page.getByLabel('State').selectOption('failed')
  await eventually(async () => (await page.locator('.file').count()) === 1)
  t.equal(new URL(page.url()).search, '?state=failed')
  await page.getByLabel('File name').fill('le 3')
  await page.getByText('Nothing fits these filters').waitFor()
  await page.goto(`${url}/history?fileName=le+3&from=2020-01-01`)
  await eventually(async () => (await page.locator('.file').count()) === 5)
  t.equal(await page.getByLabel('File name').inputValue(), 'le 3')
  await page.getByRole('button', { name: 'Without filters' }).click()
  await eventually(async () => (await page.locator('.file').count()) === 30)

  await program.upload(await photo({ seed: 10 }), { name: 'just now.jpg' })
  await page.locator('.file').first().getByText('just now.jpg', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Delete: just now.jpg' }).click()
  await eventually(async () => (await lineOf(page, 'just now.jpg').count()) === 0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await lineOf(page, 'just now.jpg').getByText('No conclusion').waitFor()
  for (const name of ['file 32.jpg', 'file 33.jpg']) await page.getByLabel(`Select ${name}`).check()
  await page.getByRole('button', { name: 'Delete 2 analyses' }).click()
  await page.getByText('2 analyses are deleted.').waitFor()
  t.equal((await list(program)).length, 36, 'not before it can’t be taken back any longer')
  await page.getByRole('button', { name: /^Dismiss: 2 analyses/ }).click()
  await eventually(async () => (await list(program)).length === 34)
  t.same((await list(program)).slice(0, 3), ['just now.jpg', 'cut.jpg', 'file 31.jpg'])
  t.same(complaints, [])
  await context.close()
})

/** As if the same file had been sent again and again, each a millisecond later. */
async function makeCopies(count: number): Promise<void> {
  await ground.database.query(
    `INSERT INTO analyses
     SELECT (jsonb_populate_record(a, jsonb_build_object('id', left(time, 8) || '-' || right(time, 4) || substr(a.id::text, 14), 'file_name', 'file ' || n || '.jpg', 'evidence', '[]'::jsonb))).*
     FROM analyses a, generate_series(1, $1) n, lpad(to_hex(('x' || left(replace(a.id::text, '-', ''), 12))::bit(48)::bigint + n), 12, '0') time
     WHERE a.file_name = 'file 0.jpg'`,
    [count]
  )
}

async function list({ send }: ReturnType<typeof client>): Promise<string[]> {
  const { analyses } = (await (await send('/v1/analyses?limit=100')).json()) as { analyses: Array<{ fileName: string }> }
  return analyses.map(({ fileName }) => fileName)
}

