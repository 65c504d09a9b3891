import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { makeIdentity, pem } from '../engine/credentials/certificates.ts'
import { created, signedFile, type ManifestOptions } from '../engine/credentials/signing.ts'
import { saved, texturedPhoto, withCopy } from '../engine/detectors/copiedParts.ts'
import { photo, pngWithTexts } from '../engine/pictures.ts'
import { film } from '../engine/video/films.ts'
import { eventually } from '../harness/eventually.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { accessibilityFindings } from './accessibility.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { openPage } from './openPage.ts'
import { catalogues, otherLanguage } from './otherLanguage.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const root = makeIdentity({ organisation: 'Example Cameras', commonName: 'Example Root' })
const camera = makeIdentity({ organisation: 'Example Cameras', commonName: 'Example Camera', issuer: root })
const trustList = join(temporaryFolder(t), 'trusted.pem')
writeFileSync(trustList, pem(root))

const ground = await layGround(t)
const { url } = await startService(t, ground, { ROLES: 'api', TRUST_LIST: trustList })
const worker = await startService(t, ground, { ROLES: 'worker', TRUST_LIST: trustList })

/** Somebody with an address, who can do what is done with one. */
async function makePerson(address: string, isConfirmed = true) {
  const { accountId, key } = await makeAccount(ground)
  await ground.database.query('UPDATE accounts SET email = $2, email_confirmed_at = $3 WHERE id = $1', [accountId, address, isConfirmed ? new Date() : null])
  const api = client(url, key)
  const post = async (path: string, json: object) =>
    (await api.send(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) })).json() as Promise<Record<string, string>>
  return { accountId, key, ...api, post }
}

const owner = await makePerson('owner@people.example')
const newcomer = await makePerson('newcomer@people.example', false)
const admin = await makePerson('admin@people.example')
await ground.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [admin.accountId])
const keys = { nobody: undefined, owner: owner.key, newcomer: newcomer.key, admin: admin.key }

async function examined(bytes: Uint8Array, name: string, state: string): Promise<string> {
  const { body } = await owner.upload(bytes, { name })
  await eventually(async () => (await owner.get(body.id, 5)).state !== 'queued' && (await owner.get(body.id)).endedAt !== null, 60_000)
  const analysis = await owner.get(body.id)
  if ((analysis.verdict ?? analysis.state) !== state) throw new Error(`${name} is ${analysis.verdict ?? analysis.state}, and should be ${state}`)
  return body.id
}

const exif = {
  IFD0: { Make: 'NIKON CORPORATION', Model: 'NIKON D90', Software: 'Adobe Photoshop 25.0 (Macintosh)' },
  IFD2: { ExposureTime: '1/60', DateTimeOriginal: '2026:01:01 10:00:00' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '2/1 17/1 40/1' }
}
const original = await photo({ width: 640, height: 480, exif })
const forgedBytes = await saved(withCopy(texturedPhoto(640, 480, 3), { left: 40, top: 60 }, { left: 373, top: 251 }, 120), 90)
const generatedBytes = await pngWithTexts({ parameters: `${'a lighthouse, '.repeat(40)}\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 4242424242, Size: 320x240, Model: a` })
const edited: ManifestOptions = { actions: [{ action: 'c2pa.opened' }, { action: 'c2pa.color_adjustments' }, created('digitalCapture')], ingredients: [{ id: 'from the camera.jpg', file: original, mediaType: 'image/jpeg', relationship: 'parentOf' }] }

const results = {
  manipulated: await examined(forgedBytes, 'a rather long name of a picture, with_underscores_that_do_not_break_anywhere_at_all.jpg', 'manipulated'),
  authentic: await examined(await signedFile(await photo({ seed: 5 }), 'image/jpeg', [camera], { actions: [created('digitalCapture')] }), 'authentic.jpg', 'authentic'),
  generated: await examined(generatedBytes, 'generated.png', 'ai_generated'),
  inconclusive: await examined(original, 'inconclusive.jpg', 'inconclusive'),
  signed: await examined(await signedFile(original, 'image/jpeg', [makeIdentity({ organisation: 'Example Desk', commonName: 'Example Signer' })], edited), 'signed.jpg', 'inconclusive'),
  video: await examined(await film({ sound: true, dropped: [20, 21, 22] }), 'film.mp4', 'inconclusive'),
  failed: await examined(original.subarray(0, 300), 'broken.jpg', 'failed')
}
await ground.database.query("UPDATE accounts SET retention = 'none' WHERE id = $1", [owner.accountId])
const purged = await examined(await photo({ seed: 6 }), 'purged.jpg', 'inconclusive')
await ground.database.query("UPDATE accounts SET retention = 'plan' WHERE id = $1", [owner.accountId])

const { url: link = '' } = await owner.post(`/v1/analyses/${results.manipulated}/share`, {})
const { url: everything = '' } = await owner.post(`/v1/analyses/${results.inconclusive}/share`, { include: ['location', 'serial_numbers', 'prompts', 'file_name'], expiresAt: null })
const report = await owner.send(`/v1/analyses/${results.manipulated}/report.pdf`)
const pdf = Buffer.from(await report.arrayBuffer())
const [, reportId] = /\/v1\/reports\/([\w-]+)>; rel="about"/.exec(report.headers.get('link') ?? '') ?? []
await owner.post(`/v1/analyses/${results.video}/feedback`, {})
await owner.post('/v1/api-keys', { name: 'claims desk', scopes: ['analyses:read'] })
await owner.post('/v1/webhooks', { url: 'https://desk.example/hook', events: ['analysis.completed'], description: 'the desk' })

// From here on nothing is examined any longer.
await worker.app.close()
const { body: queued } = await owner.upload(await photo({ seed: 7 }), { name: 'queued.jpg' })
// One for each language: leaving the page deletes it for good.
for (const seed of [9, 10]) await owner.upload(await photo({ seed }), { name: 'unwanted.jpg' })
const { body: cancelled } = await owner.upload(await photo({ seed: 8 }), { name: 'cancelled.jpg' })
await owner.post(`/v1/analyses/${cancelled.id}/cancel`, {})
const batch = await sendBatch()

async function sendBatch(): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(forgedBytes)]), 'first.jpg')
  form.append('file', new Blob([new Uint8Array(generatedBytes)]), 'second.png')
  form.append('file', new Blob(['%PDF-1.7 and so on']), 'report.pdf')
  const answer = (await (await owner.send('/v1/analyses', { method: 'POST', body: form })).json()) as { id: string }
  return answer.id
}

type Texts = (typeof catalogues)['en']
interface View {
  path: string
  /** What is done there, where it is not only looked at. */
  act?: (page: Page, t: Texts) => Promise<unknown>
  what?: string
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
/** What a button does, and to what: French has a space before its colon. */
const about = (word: string, name: string) => new RegExp(`^${word}\\s?: ${name}$`)
const nowhere = '0193b3a0-0000-7000-8000-000000000000'
const result = (name: keyof typeof results) => `/analyses/${results[name]}`
const choose = (page: Page, label: string, name: string, buffer: Buffer) => page.getByLabel(label).setInputFiles({ name, mimeType: 'application/octet-stream', buffer })

const views: { [who in keyof typeof keys]: View[] } = {
  nobody: [
    ...['/', '/sign-in', '/sign-in?to=/history', '/register', '/confirm', '/confirm#token=nonsense', '/reset', '/reset#token=nonsense'].map((path) => ({ path })),
    ...[new URL(link).pathname, new URL(everything).pathname, '/shared/nothing', '/verify', `/verify?report=${reportId}`, '/verify?report=nothing'].map((path) => ({ path })),
    { path: '/sign-in', what: 'by password, refused', act: (page, t) => refused(page, t) },
    { path: '/register', what: 'not filled in', act: (page, t) => press(page, t.register.submit) },
    { path: '/', what: 'nothing there', act: (page, t) => leaveTo(page, '/nowhere', t.layout.notFoundTitle) },
    { path: `/verify?report=${reportId}`, what: 'all is in order', act: async (page, t) => {
      await choose(page, t.verify.chooseReport, 'report.pdf', pdf)
      await page.getByText(t.verify.outcomes.valid.title).waitFor()
      await choose(page, t.verify.chooseFile, 'file.jpg', forgedBytes)
      await page.getByText(t.verify.outcomes.matches.title).waitFor()
    } },
    { path: `/verify?report=${reportId}`, what: 'nothing is', act: async (page, t) => {
      await choose(page, t.verify.chooseReport, 'report.pdf', pdf.subarray(1))
      await page.getByText(t.verify.outcomes.altered.title).waitFor()
      await choose(page, t.verify.chooseFile, 'file.jpg', forgedBytes.subarray(1))
      await page.getByText(t.verify.outcomes.differs.title).waitFor()
    } },
    { path: '/verify', what: 'unknown', act: async (page, t) => {
      await choose(page, t.verify.chooseReport, 'report.pdf', pdf.subarray(1))
      await page.getByText(t.verify.outcomes.unknown.title).waitFor()
    } }
  ],
  owner: [
    ...['/', '/history', '/history?state=failed', '/history?fileName=nothing', `/batches/${batch}`, `/batches/${nowhere}`].map((path) => ({ path })),
    ...[...Object.values(results), purged, queued.id, cancelled.id, nowhere].map((id) => ({ path: `/analyses/${id}` })),
    ...['/account', '/account/keys', '/account/webhooks', '/account/sessions', '/account/plan', '/admin', '/register', `/verify?report=${reportId}`, new URL(link).pathname].map((path) => ({ path })),
    { path: '/history', what: 'the account menu', act: (page, t) => press(page, t.layout.accountMenu) },
    { path: '/history', what: 'two are ticked', act: async (page) => {
      for (const box of (await page.getByRole('listitem').getByRole('checkbox').all()).slice(0, 2)) await box.check()
    } },
    // The notice lies over the foot of the page: here nothing stands there that it could cover.
    { path: '/history?fileName=unwanted', what: 'one is deleted', act: async (page, t) => {
      await page.getByRole('button', { name: about(t.history.delete, 'unwanted.jpg') }).first().click()
      await page.getByRole('button', { name: t.parts.undo }).waitFor()
    } },
    { path: '/', what: 'a file is refused', act: async (page, t) => {
      await page.locator('input[type=file]').setInputFiles({ name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 and so on') })
      await page.getByRole('button', { name: about(t.analyse.remove, 'report.pdf') }).waitFor()
      await press(page, t.analyse.fetch)
      await page.getByText(t.analyse.noAddress).waitFor()
    } },
    { path: result('authentic'), what: 'to be shared', act: async (page, t) => {
      await press(page, t.result.share)
      await page.getByRole('button', { name: t.sharing.make }).waitFor()
    } },
    { path: result('generated'), what: 'shared', act: async (page, t) => {
      await press(page, t.result.share)
      await press(page, t.sharing.make)
      await page.getByLabel(t.sharing.link, { exact: true }).waitFor()
    } },
    { path: result('manipulated'), what: 'the report', act: async (page, t) => {
      await press(page, t.result.report)
      await page.getByRole('button', { name: t.sharing.makeReport }).waitFor()
    } },
    { path: result('video'), what: 'this is wrong', act: (page, t) => page.getByRole('button', { name: t.dispute.takeBack, exact: true }).waitFor() },
    { path: result('manipulated'), what: 'side by side and wide', act: async (page, t) => {
      await press(page, t.viewer.beside)
      await press(page, t.viewer.wide)
    } },
    { path: '/account', what: 'to be removed', act: (page, t) => press(page, t.account.remove) },
    { path: '/account/keys', what: 'a key is made', act: async (page, t) => {
      await press(page, t.keys.make)
      await page.getByLabel(t.keys.name, { exact: true }).fill('another')
      await press(page, t.keys.makeIt)
      await page.getByText(t.keys.secretOf('another')).first().waitFor()
    } },
    { path: '/account/keys', what: 'a key is to be made', act: (page, t) => press(page, t.keys.make) },
    { path: '/account/keys', what: 'a key is to be revoked', act: (page, t) => page.getByRole('button', { name: about(t.keys.revoke, 'claims desk') }).click() },
    { path: '/account/webhooks', what: 'a webhook is to be made', act: (page, t) => press(page, t.webhooks.make) }
  ],
  newcomer: ['/', '/history', '/account', '/account/keys', '/account/webhooks', '/account/sessions', '/account/plan'].map((path) => ({ path })),
  admin: ['/admin', '/admin/accounts', '/admin/accounts?email=nobody', `/admin/accounts?account=${owner.accountId}`, '/admin/queue', '/admin/failures', '/admin/audit'].map((path) => ({ path }))
}

async function refused(page: Page, { signIn }: Texts): Promise<void> {
  await page.getByRole('tab', { name: signIn.byPassword }).click()
  await page.getByLabel(signIn.email).fill('nobody@people.example')
  await page.getByLabel(signIn.password, { exact: true }).fill('not the right one')
  await press(page, signIn.submit)
  await page.locator('form').getByRole('alert').waitFor()
}

/** As a link of the app would. */
async function leaveTo(page: Page, path: string, heading: string): Promise<void> {
  await page.evaluate((path) => {
    history.pushState(null, '', path)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
  await page.getByRole('heading', { name: heading }).waitFor()
}

const browser = await startBrowser(t)
/** Asking for what is not there, and being refused, is a part of it. */
const refusals = /status of 4(?:0[134]|15|22|29) .*/

for (const language of ['en', 'fr'] as const) {
  for (const who of Object.keys(views) as Array<keyof typeof views>) {
    t.test(`what ${who} sees, in ${language}: nothing keeps anybody out, in light and dark, wide or narrow`, async (t) => {
      const context = await browser.newContext({ locale: language === 'en' ? 'en-GB' : 'fr-FR', reducedMotion: 'reduce' })
      if (keys[who] !== undefined) await context.request.post(`${url}/v1/session`, { data: { key: keys[who] } })
      for (const { path, what, act } of views[who]) {
        const name = what === undefined ? path : `${path}: ${what}`
        const { page, complaints } = await openPage(context, refusals)
        await page.setViewportSize({ width: 1280, height: 900 })
        await page.goto(url + path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await eventually(async () => (await page.locator('.spinner, .page-loading').count()) === 0)
        await act?.(page, catalogues[language])
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)))
        t.equal(await page.locator('html').getAttribute('lang'), language, name)
        t.same(await otherLanguage(page, language), [], `${name}: all of it is in one language`)
        for (const [width, colorScheme] of [[1280, 'light'], [1280, 'dark'], [320, 'dark'], [320, 'light']] as const) {
          await page.setViewportSize({ width, height: 900 })
          await page.emulateMedia({ colorScheme })
          t.same(await accessibilityFindings(page), [], `${name}, ${width} px, ${colorScheme}`)
        }
        t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: no scrolling sideways at 320 px`)
        t.same(complaints, [], name)
        await page.close()
      }
      await context.close()
    })
  }
}
