import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { saved, texturedPhoto, withCopy } from '../engine/detectors/copiedParts.ts'
import { photo } from '../engine/pictures.ts'
import { film } from '../engine/video/films.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { accessibilityFindings } from './accessibility.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { openPage } from './openPage.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const { url } = await startService(t, ground)
const { key } = await makeAccount(ground)
const api = client(url, key)
const browser = await startBrowser(t)

async function examined(bytes: Uint8Array, name: string): Promise<string> {
  const { body } = await api.upload(bytes, { name })
  await api.get(body.id, 60)
  return body.id
}

const picture = await saved(withCopy(texturedPhoto(640, 480, 3), { left: 40, top: 60 }, { left: 373, top: 251 }, 120), 90)
const forged = await examined(picture, 'a rather long name of a picture, with_underscores_that_do_not_break_anywhere_at_all.jpg')
const moving = await examined(await film({ sound: true, dropped: [20, 21, 22] }), 'film.mp4')

const report = await api.send(`/v1/analyses/${forged}/report.pdf`)
const pdf = Buffer.from(await report.arrayBuffer())
const [, reportId] = /\/v1\/reports\/([\w-]+)>; rel="about"/.exec(report.headers.get('link') ?? '') ?? []

const purged = await examined(await photo({ seed: 5 }), 'purged.jpg')
await ground.database.query(`UPDATE analyses SET file_name = '', findings = NULL, evidence = '[]', retention = 'none', purged_at = now() WHERE id = $1`, [purged])

t.test('a video has its time line, whose places lead into it', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.request.post(`${url}/v1/session`, { data: { key }, headers: { origin: url } })
  const { page, complaints } = await openPage(context)
  await page.goto(`${url}/analyses/${moving}`)
  const timeLine = page.locator('.time-line')
  await timeLine.getByRole('img', { name: 'Time line of the video: something in 1 place' }).waitFor()
  await timeLine.getByRole('button', { name: 'Go to 0:00 in the video' }).click()
  t.match(await timeLine.textContent(), '3 missing')
  t.ok(await page.locator('video').isVisible())
  await page.getByAltText('Frames of the video').waitFor()
  t.match(await page.locator('.tracks').textContent(), /aac.*channel.*Hz/)
  t.same(complaints, [])
  await context.close()
})

t.test('a report is downloaded, and anybody can check it and its file without sending them', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.request.post(`${url}/v1/session`, { data: { key }, headers: { origin: url } })
  const { page, complaints } = await openPage(context)
  await page.goto(`${url}/analyses/${forged}`)
  await page.getByRole('button', { name: 'Report (PDF)' }).click()
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download the report' }).click()
  const download = await saving
  t.match(download.suggestedFilename(), /^faketect-report-[0-9a-f-]{36}\.pdf$/)
  const downloaded = await readFile(await download.path())
  const href = await page.getByRole('link', { name: 'Where others can check it' }).getAttribute('href')
  t.same(complaints, [])
  await context.close()

  const others = await browser.newContext({ locale: 'en-GB', colorScheme: 'dark' })
  const visitor = await openPage(others)
  const sent: number[] = []
  visitor.page.on('request', (request) => sent.push(request.postDataBuffer()?.length ?? 0))
  await visitor.page.goto(`${url}${href}`)
  const statement = visitor.page.locator('.statement')
  await statement.getByText(createHash('sha256').update(picture).digest('hex')).waitFor()
  t.match(await statement.textContent(), 'Probably manipulated')
  const choose = async (label: string, name: string, buffer: Buffer, says: string) => {
    await visitor.page.getByLabel(label).setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
    await visitor.page.getByText(says).waitFor()
  }
  await choose('Choose the PDF', 'report.pdf', downloaded, 'This is the report, unchanged')
  await choose('Choose the PDF', 'forged.pdf', Buffer.concat([downloaded, Buffer.from(' ')]), 'This is not the report as it was signed')
  await choose('Choose the picture or video', 'market square.jpg', picture, 'This is the file')
  await choose('Choose the picture or video', 'other.jpg', picture.subarray(1), 'This is another file')
  t.ok(Math.max(...sent) < 300, 'nothing but hashes is sent')
  t.same(visitor.complaints, [])
  await others.close()
})

t.test('where the browser does not let the page hash, a report is sent to be checked, and a file is compared by its hash', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.addInitScript(() => Object.defineProperty(globalThis, 'isSecureContext', { value: false }))
  const { page, complaints } = await openPage(context)
  await page.goto(`${url}/verify?report=${reportId}`)
  await page.getByText('This page was not opened over https').waitFor()
  const check = async (buffer: Buffer, says: string) => {
    await page.getByLabel('Choose the PDF').setInputFiles({ name: 'report.pdf', mimeType: 'application/pdf', buffer })
    await page.getByText(says).waitFor()
  }
  await check(pdf, 'This is the report, unchanged')
  await check(Buffer.concat([pdf, Buffer.from(' ')]), 'This is not the report as it was signed')
  await page.getByLabel('SHA-256 of the file').fill('no hash')
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByText('This is no SHA-256').waitFor()
  await page.getByLabel('SHA-256 of the file').fill(((await api.get(forged)).sha256 ?? '').toUpperCase())
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByText('This is the file').waitFor()
  t.same(await accessibilityFindings(page), [])
  t.same(complaints, [])
  await context.close()
})

t.test('of what was not to be kept there is the verdict, and nothing that was found', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  await context.request.post(`${url}/v1/session`, { data: { key }, headers: { origin: url } })
  const { page, complaints } = await openPage(context)
  await page.goto(`${url}/analyses/${purged}`)
  await page.getByText('Only hash and verdict are left.').waitFor()
  t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'No conclusion')
  t.equal(await page.getByRole('button', { name: 'Share' }).count(), 0)
  t.equal(await page.locator('.viewer').count(), 0)
  t.same(complaints, [])
  await context.close()
})

t.test('what the page says to experts checks a report without this service', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB' })
  const { page, complaints } = await openPage(context)
  await page.goto(`${url}/verify?report=${reportId}`)
  await page.getByText('Without this page').click()
  const signature = await page.getByRole('link', { name: 'The signature of this report' }).getAttribute('href')
  const program = (await page.locator('pre').textContent()) ?? ''
  const folder = temporaryFolder(t)
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const get = async (path: string) => Buffer.from(await (await fetch(url + path)).arrayBuffer())
  const files = { 'check.mjs': program, 'report.pdf': pdf, 'forged.pdf': Buffer.concat([pdf, Buffer.from(' ')]), 'report.jws': await get(signature ?? ''), 'jwks.json': await get('/.well-known/jwks.json') }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  const check = (name: string) => spawnSync(process.execPath, ['check.mjs', name, 'report.jws', 'jwks.json'], { cwd: folder, encoding: 'utf8' })
  t.match(check('report.pdf').stdout, "verdict: 'manipulated'")
  t.not(check('forged.pdf').status, 0)
  t.same(complaints, [])
  await context.close()
})
