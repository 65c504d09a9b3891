import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import { makeIdentity } from '../engine/credentials/certificates.ts'
import { created, signedFile } from '../engine/credentials/signing.ts'
import { saved, texturedPhoto, withCopy } from '../engine/detectors/copiedParts.ts'
import { photo } from '../engine/pictures.ts'
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
const { url } = await startService(t, ground, { ROLES: 'api' })
const startWorker = () => startService(t, ground, { ROLES: 'worker' })
const { key } = await makeAccount(ground)
const api = client(url, key)
const browser = await startBrowser(t)

/** A part of it was copied. */
const forged = await saved(withCopy(texturedPhoto(640, 480, 3), { left: 40, top: 60 }, { left: 373, top: 251 }, 120), 90)

/** A photograph by a camera, whose note is missing, and which somebody opened, changed and signed. */
async function signedPhoto(): Promise<Buffer> {
  const place = { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '2/1 17/1 40/1' }
  const exif = { IFD0: { Make: 'NIKON CORPORATION', Model: 'NIKON D90' }, IFD2: { ExposureTime: '1/60' }, IFD3: place }
  const original = await photo({ width: 320, height: 240, exif })
  const issuer = makeIdentity({ organisation: 'Example Authority', commonName: 'Example Root' })
  const signer = makeIdentity({ organisation: 'Example Desk', commonName: 'Example Signer', issuer })
  return signedFile(original, 'image/jpeg', [signer], {
    title: 'market.jpg',
    generator: 'Test Editor',
    actions: [{ action: 'c2pa.opened' }, { action: 'c2pa.color_adjustments' }, created('digitalCapture')],
    ingredients: [{ id: 'from the camera.jpg', file: original, mediaType: 'image/jpeg', relationship: 'parentOf' }]
  })
}

async function signedIn(options: { colorScheme?: 'light' | 'dark'; locale?: string } = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options })
  await context.request.post(`${url}/v1/session`, { data: { key }, headers: { origin: url } })
  const opened = await openPage(context)
  return { context, ...opened }
}

const transformOf = (pane: Locator) => pane.locator('.stage').evaluate((stage) => (stage as HTMLElement).style.transform)
const headline = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()

const waiting = await api.upload(forged, { name: 'market square.jpg' }).then(({ body }) => body)
const given = await api.upload(await photo({ seed: 9 }), { name: 'unwanted.jpg' }).then(({ body }) => body)

t.test('an analysis is followed from its place in the queue to its verdict, and another is cancelled', async (t) => {
  const { page, complaints, context } = await signedIn()
  await page.goto(`${url}/analyses/${given.id}`)
  await page.getByRole('heading', { name: 'Waiting for its turn' }).waitFor()
  await page.getByText('1 of your files came before it.').waitFor()
  await page.getByRole('button', { name: 'Cancel the analysis' }).click()
  await page.getByRole('heading', { name: 'Cancelled' }).waitFor()
  t.ok(await page.getByRole('link', { name: 'Send a file' }).isVisible())

  await page.goto(`${url}/analyses/${waiting.id}`)
  await page.getByRole('heading', { name: 'Waiting for its turn' }).waitFor()
  await startWorker()
  await page.getByRole('heading', { name: 'Probably manipulated' }).waitFor()
  t.match(await page.title(), 'Probably manipulated: market square.jpg – FakeTect')
  t.match(await page.locator('div.only-heard').textContent(), 'Probably manipulated')
  t.same(complaints, [])
  await context.close()
})

t.test('the verdict comes first, with how sure it is and what it rests on; each reason has its strength in words', async (t) => {
  const { page, complaints, context } = await signedIn()
  await page.goto(`${url}/analyses/${waiting.id}`)
  t.equal(await headline(page), 'Probably manipulated')
  t.match(await page.locator('.sureness').textContent(), /^(?:As sure as this examination can be|Very likely|Likely): 9\d%/)
  const [first] = await page.locator('h1, h2, h3').allTextContents()
  t.equal(first, 'Probably manipulated', 'nothing comes before it')
  await page.getByText('It rests on:').getByRole('link', { name: 'Copied parts' }).click()
  const card = page.locator('article.signal', { hasText: 'copied within the picture' })
  t.match(await card.locator('.strength').textContent(), /A .*strong sign that it was manipulated.*times as frequent.*Expected in .* of [\d,]+ ordinary photographs/)
  const { log10LikelihoodRatio = 0 } = (await api.get(waiting.id)).signals.find(({ code }) => code === 'copied_part') ?? {}
  t.equal(await card.locator('.scale [data-filled=true]').count(), Math.floor(log10LikelihoodRatio) + 1)
  const folded = page.locator('details.signal', { hasText: 'The error-level picture' })
  t.equal(await folded.evaluate((details) => (details as HTMLDetailsElement).open), false, 'context is folded')
  await folded.locator('summary').first().click()
  t.ok(await folded.getByText('Context only: does not move the verdict.').isVisible())
  t.ok(await page.getByText(/things? could not be checked/).isVisible())
  t.same(await accessibilityFindings(page), [])
  t.same(complaints, [])
  await context.close()
})

t.test('evidence lies over the picture, comes off, fades, and is enlarged and moved in step with it', async (t) => {
  const { page, complaints, context } = await signedIn()
  await page.goto(`${url}/analyses/${waiting.id}`)
  const viewer = page.getByRole('region', { name: 'The picture and its evidence' })
  const layer = viewer.locator('img.layer')
  await layer.waitFor()
  t.equal(await layer.getAttribute('alt'), 'Copied parts', 'the strongest reason is shown first')
  t.match(await layer.getAttribute('src'), /\/evidence\/copy-move\.png$/)
  t.same(await layer.boundingBox(), await viewer.getByAltText('The picture').boundingBox(), 'each point of it over its own')
  t.match(await viewer.locator('.legend').textContent(), /Marked: .* can not be told\. What is not marked may have been changed/)
  t.equal(await viewer.locator('.outlines rect:not(.halo)').count(), 2, 'both places are framed')

  await viewer.getByRole('slider', { name: 'Opacity' }).fill('0.3')
  t.equal(await layer.evaluate((image) => getComputedStyle(image).opacity), '0.3')
  await viewer.getByRole('button', { name: 'Layer' }).click()
  t.equal(await layer.count(), 0)
  await viewer.getByRole('button', { name: 'Layer' }).click()
  await layer.waitFor()

  const pane = viewer.getByRole('group', { name: /^The picture\./ })
  const whole = await transformOf(pane)
  await pane.focus()
  for (const key of ['+', '+', 'ArrowRight']) await page.keyboard.press(key)
  const enlarged = await transformOf(pane)
  t.match(enlarged, /scale\(1\.96\)/)
  await viewer.getByRole('button', { name: 'Side by side' }).click()
  t.equal(await transformOf(viewer.locator('.pane').nth(1)), enlarged, 'what lies beside it shows the same place')
  await viewer.locator('.pane').nth(1).focus()
  await page.keyboard.press('0')
  t.same([await transformOf(pane), await transformOf(viewer.locator('.pane').nth(1))], [whole, whole])

  const box = (await pane.boundingBox())!
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.wheel(0, -400)
  await viewer.getByText('2.2×').waitFor()
  const before = await transformOf(pane)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2)
  await page.mouse.up()
  t.not(await transformOf(pane), before, 'dragged')
  await viewer.getByRole('button', { name: 'Whole' }).click()
  t.equal(await transformOf(pane), whole)

  await page.getByRole('button', { name: 'Show: Pairs of places' }).click()
  t.equal(await viewer.getByLabel('Evidence', { exact: true }).inputValue(), 'copy-move-pairs.jpg')
  t.match(await viewer.locator('.legend').textContent(), 'outlined in blue')
  t.same(complaints, [])
  await context.close()
})

t.test('who made and changed a file is drawn as a chain, and fields that do not go together are marked', async (t) => {
  const { body } = await api.upload(await signedPhoto(), { name: 'signed.jpg', prefer: 'wait=20' })
  const { page, complaints, context } = await signedIn({ colorScheme: 'dark' })
  await page.goto(`${url}/analyses/${body.id}`)
  t.match(await headline(page), /^No conclusion/)
  t.ok(await page.getByText('This is an answer, not an error').isVisible())
  t.match(await page.locator('.next-steps').textContent(), /unedited file.*reverse image search.*connect a model or a provider/)
  const chain = page.locator('.chain')
  t.match(await chain.locator('.step').allTextContents(), [
    /^This file market\.jpgSigned by Example Desk.*there is no trust list here.*Test Editor.*opened.*colours adjusted.*created \(photographed\)/,
    /^Opened and changed from the camera\.jpg.*Without Content Credentials/
  ])
  const odd = page.locator('.fields tr[data-odd=true]')
  t.match(await odd.allTextContents(), [/^Maker’s private notemissingDoubtful: This maker’s cameras write a private note/])
  t.match(await page.locator('.fields').textContent(), /1 row does not go with the others.*Place \(latitude, longitude\)48\.85833, 2\.29444/)

  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByRole('button', { name: 'Make the link' }).click()
  const link = await page.getByRole('textbox', { name: 'Link to the result' }).inputValue()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByText('It was shown when it was made').waitFor()
  t.equal(await page.getByRole('textbox', { name: 'Link to the result' }).count(), 0, 'the link is shown once')

  const others = await browser.newContext({ locale: 'fr-FR' })
  const visitor = await openPage(others, /status of 404 .*\/v1\/shared\//)
  const answer = await visitor.page.goto(url + new URL(link).pathname)
  t.match(answer?.headers(), { 'x-robots-tag': 'noindex', 'referrer-policy': 'no-referrer' })
  await visitor.page.getByRole('heading', { name: /^Pas de conclusion/ }).waitFor()
  await visitor.page.getByText('n’est pas partagé').waitFor()
  const seen = (await visitor.page.locator('main').textContent()) ?? ''
  t.match(seen, 'Example Desk')
  t.notMatch(seen, /48\.85|signed\.jpg|from the camera\.jpg/, 'places and names are left out')
  t.equal(await visitor.page.getByRole('button', { name: /Supprimer|Partager|faux/ }).count(), 0, 'nothing that its owner may do')

  await page.getByRole('button', { name: 'Withdraw the link' }).click()
  await page.getByText('Whoever has the link sees').waitFor()
  await visitor.page.reload()
  await visitor.page.getByRole('heading', { name: 'Ce lien ne mène plus nulle part' }).waitFor()
  t.same([...complaints, ...visitor.complaints], [])
  await others.close()
  await context.close()
})

t.test('“this is wrong” is one click; more can be told, and all of it taken back', async (t) => {
  const { page, complaints, context } = await signedIn()
  await page.goto(`${url}/analyses/${waiting.id}`)
  await page.getByRole('button', { name: 'This is wrong' }).click()
  const noted = page.locator('.notice', { hasText: 'It is noted that this verdict is wrong.' })
  await noted.waitFor()
  const said = async () => (await api.send(`/v1/analyses/${waiting.id}/feedback`)).json()
  t.match(await said(), { truth: null, consent: false })
  await page.getByLabel('Authentic').check()
  await page.getByLabel('How do you know?').fill('I took it.')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('region', { name: 'This is wrong' }).getByText('Saved.').waitFor()
  t.match(await said(), { truth: 'authentic', note: 'I took it.', fileKept: false })
  await page.reload()
  await noted.waitFor()
  await page.getByRole('button', { name: 'Take it back' }).click()
  await page.getByRole('button', { name: 'This is wrong' }).waitFor()
  t.match(await said(), { code: 'not_found' })
  t.same(complaints, [])
  await context.close()
})
