import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t from 'tap'
import { texturedPhoto, withCopy } from '../engine/detectors/copiedParts.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { layGround, startService } from '../harness/service.ts'
import { startSmtp } from '../mail/smtp.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { openPage } from './openPage.ts'
import { isShown, lineOf } from './sendFiles.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const smtp = await startSmtp(t)
const detectors = fileURLToPath(new URL('../engine/hostileDetectors.ts', import.meta.url))
const { app, url } = await startService(t, ground, { SMTP_URL: smtp.url, ENGINE_DETECTORS: detectors })
const browser = await startBrowser(t)

/** The streams of events that browsers have asked for, with the last event that they say to know. */
const streams: Array<{ socket: Socket; lastEventId: string | undefined }> = []
app.server.on('request', ({ url: path, socket, headers }) => {
  if (path === '/v1/events') streams.push({ socket, lastEventId: headers['last-event-id']?.toString() })
})
const breakStreams = () => streams.forEach(({ socket }) => socket.destroy())

/** Drops files as somebody does who drags them from another window. */
async function drop(page: Page, selector: string, files: Array<{ name: string; bytes: Uint8Array }>): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    (files) => {
      const transfer = new DataTransfer()
      for (const { name, base64 } of files) transfer.items.add(new File([Uint8Array.fromBase64(base64)], name))
      return transfer
    },
    files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }))
  )
  await page.locator(selector).dispatchEvent('drop', { dataTransfer })
}

/** A part of it was copied, and its metadata say where it was taken and with which camera. */
async function forgedPhoto(): Promise<Buffer> {
  const { data, width, height } = withCopy(texturedPhoto(640, 480, 3), { left: 40, top: 60 }, { left: 373, top: 251 }, 120)
  const exif = {
    IFD0: { Make: 'NIKON CORPORATION', Model: 'NIKON D90', ImageDescription: 'The house of Ada' },
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '2/1 17/1 40/1' }
  }
  return sharp(data, { raw: { width, height, channels: 3 } }).withExif(exif).jpeg({ quality: 90 }).toBuffer()
}

const said = (page: Page) => page.getByRole('main').innerText()

t.test('from signing up to a shared report, and to nothing being left', async (t) => {
  const forged = await forgedPhoto()
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } })
  const { page, complaints } = await openPage(context, /status of 404 .*\/v1\/analyses\/|ERR_INTERNET_DISCONNECTED|ERR_INCOMPLETE_CHUNKED_ENCODING/)
  const email = `${randomUUID()}@people.example`
  const password = 'four horses of a colour'

  await t.test('somebody makes an account, confirms the address by the mail, and signs in', async (t) => {
    await page.goto(url)
    await page.getByRole('link', { name: 'Make an account' }).first().click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    const asked = page.getByText('Confirm your e-mail address with the link')
    await asked.waitFor()

    const [mail] = await smtp.to(email)
    const other = await openPage(context)
    await other.page.goto(/https?:\S+/.exec(mail?.text ?? '')?.[0] ?? '')
    await other.page.getByRole('button', { name: 'Yes, this is my address' }).click()
    await other.page.getByText('your address is confirmed').waitFor()
    await asked.waitFor({ state: 'detached' })
    await other.page.close()

    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('tab', { name: 'With a password' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Analyse files' }).waitFor()
    t.same([...complaints, ...other.complaints], [])
  })

  let navigations = 0
  page.on('framenavigated', () => navigations++)
  await t.test('files are dropped, and followed to their verdicts, though the connection breaks twice', async (t) => {
    await drop(page, '.drop', [
      { name: 'harbour.jpg', bytes: await photo({ description: 'hostile: slow 6000' }) },
      { name: 'market square.jpg', bytes: forged },
      { name: 'report.pdf', bytes: Buffer.from('%PDF-1.7 and so on') }
    ])
    await lineOf(page, 'report.pdf').getByText('This is no picture or video that can be analysed').waitFor()
    await lineOf(page, 'harbour.jpg').getByText('Being examined').waitFor()
    await lineOf(page, 'market square.jpg').getByText('Waiting for its turn').waitFor()

    const before = streams.length
    breakStreams()
    await eventually(() => streams.length > before)
    t.ok(streams.at(-1)?.lastEventId, 'the browser asks for what it has missed')

    await context.setOffline(true)
    breakStreams()
    await eventually(async () => {
      const { rows } = await ground.database.query<{ count: string }>("SELECT count(*) FROM analyses WHERE state = 'completed'")
      return rows[0]?.count === '2'
    })
    t.equal(await lineOf(page, 'harbour.jpg').getByText('Being examined').count(), 1, 'without a connection nothing is heard')
    await context.setOffline(false)
    await lineOf(page, 'harbour.jpg').getByText('No conclusion').waitFor()
    await lineOf(page, 'market square.jpg').getByText('Manipulated').waitFor()
    await page.getByText('3 of 3 done', { exact: true }).waitFor()
    t.equal(navigations, 0, 'and the page was never loaded anew')
    t.same(complaints, [])
  })

  const visitors = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1280, height: 900 } })
  const visitor = await openPage(visitors, /status of 404 .*\/v1\/shared\//)
  await t.test('a result is shared, without what nobody else has to know', async (t) => {
    await page.getByRole('link', { name: 'market square.jpg' }).click()
    await page.getByRole('heading', { name: 'Probably manipulated', level: 1 }).waitFor()
    t.match(await said(page), /48\.85833, 2\.29444/)
    t.match(await said(page), 'The house of Ada')
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await page.getByRole('button', { name: 'Make the link' }).click()
    const link = await page.getByRole('textbox', { name: 'Link to the result' }).inputValue()
    await page.keyboard.press('Escape')

    await visitor.page.goto(link)
    await visitor.page.getByRole('heading', { name: 'Probablement manipulé', level: 1 }).waitFor()
    const seen = await said(visitor.page)
    t.match(seen, 'NIKON D90')
    t.notMatch(seen, /48[.,]85|house of Ada|market square/)
    await isShown(visitor.page.getByAltText('L’image', { exact: true }))
    t.equal(await visitor.page.getByRole('button', { name: /Supprimer|Partager|C’est faux/ }).count(), 0, 'nothing that its owner may do')
    t.same(await visitors.cookies(), [])
  })

  await t.test('its report is checked by somebody else, whole and with a byte changed', async (t) => {
    await page.getByRole('button', { name: 'Report (PDF)' }).click()
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the report' }).click()
    const pdf = await readFile(await (await saving).path())
    await page.keyboard.press('Escape')
    const altered = Buffer.from(pdf)
    altered[pdf.length >> 1]! ^= 1

    const { page: other } = visitor
    await other.getByRole('link', { name: 'Vérifier un rapport' }).click()
    await other.getByRole('heading', { name: 'Vérifier un rapport', level: 1 }).waitFor()
    const places = '.file-drop >> nth='
    await drop(other, `${places}0`, [{ name: 'rapport.pdf', bytes: pdf }])
    await other.getByText('C’est le rapport, inchangé').waitFor()
    t.match(await other.locator('.statement').innerText(), 'Probablement manipulé')
    await drop(other, `${places}0`, [{ name: 'altéré.pdf', bytes: altered }])
    await other.getByText('Ce n’est pas le rapport tel qu’il a été signé').waitFor()
    await drop(other, `${places}1`, [{ name: 'image.jpg', bytes: forged }])
    await other.getByText('C’est bien le fichier').waitFor()
    t.pass()
  })

  await t.test('the owner withdraws the link, and the other browser sees that it is gone', async (t) => {
    await visitor.page.goBack()
    await visitor.page.getByRole('heading', { name: 'Probablement manipulé', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await page.getByRole('button', { name: 'Withdraw the link' }).click()
    await page.getByText('Whoever has the link sees').waitFor()
    await page.keyboard.press('Escape')
    const picture = await visitor.page.getByAltText('L’image', { exact: true }).getAttribute('src')
    await visitor.page.reload()
    await visitor.page.getByRole('heading', { name: 'Ce lien ne mène plus nulle part' }).waitFor()
    t.equal((await visitors.request.get(url + picture)).status(), 404, 'its pictures are gone as well')
    t.same(visitor.complaints, [])
  })

  await t.test('it is deleted, had back, and deleted for good', async (t) => {
    const path = new URL(page.url()).pathname
    const status = async () => (await context.request.get(`${url}/v1${path}`)).status()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('“market square.jpg” is deleted.').waitFor()
    await page.getByRole('heading', { name: 'History' }).waitFor()
    const rest = page.getByRole('link', { name: 'harbour.jpg', exact: true })
    await rest.waitFor()
    const link = page.getByRole('link', { name: 'market square.jpg', exact: true })
    t.equal(await link.count(), 0)
    t.equal(await status(), 200, 'nothing is lost yet')
    await page.getByRole('button', { name: 'Undo' }).click()
    await link.waitFor()

    await page.getByRole('button', { name: 'Delete: market square.jpg' }).click()
    await page.getByRole('button', { name: /^Dismiss/ }).click()
    await eventually(async () => (await status()) === 404)
    await page.reload()
    await rest.waitFor()
    t.equal(await link.count(), 0)
    await page.goto(`${url}${path}`)
    await page.getByRole('heading', { name: /deleted|nothing here/ }).waitFor()
    t.same(complaints, [])
  })

  await t.test('signing out leaves nothing behind', async (t) => {
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Can this picture be trusted?' }).waitFor()
    t.same((await context.cookies()).filter(({ name }) => name !== 'ft_device'), [], 'but that this browser is known')
    await page.goto(`${url}/history`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    t.notMatch(await said(page), 'harbour.jpg')
    t.same(complaints, [])
  })
  await visitors.close()
  await context.close()
})
