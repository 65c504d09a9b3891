import t from 'tap'
import { saved, texturedPhoto, withCopy } from '../engine/detectors/copiedParts.ts'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { reasonToSkip, startBrowser } from './browser.ts'
import { focusOf, keyboardOf } from './keyboard.ts'
import { openPage } from './openPage.ts'

const reason = reasonToSkip()
if (reason !== undefined) {
  t.plan(0, reason)
  process.exit(0)
}

const ground = await layGround(t)
const { url } = await startService(t, ground)
const { key } = await makeAccount(ground)
await client(url, key).upload(await photo({ seed: 4 }), { name: 'harbour.jpg', prefer: 'wait=20' })
const browser = await startBrowser(t)

t.test('everything that is done every day can be done without a mouse, and one always sees where one is', async (t) => {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
  const { page, complaints } = await openPage(context)
  // A mouse that is used by mistake would prove nothing.
  await page.addInitScript(() => addEventListener('pointerdown', () => console.error('a pointer was used'), true))
  const faults: string[] = []
  const { press, look, goTo, activate, type } = keyboardOf(page, faults)
  const heading = (name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor()
  /** Whoever comes to a page begins at its heading. */
  const arrived = async (name: string) => {
    await heading(name)
    await eventually(async () => (await focusOf(page)).what === `H1: ${name}`)
  }

  await t.test('signing in', async (t) => {
    await page.goto(url)
    await heading('Can this picture be trusted?')
    await activate(/^A: Sign in$/)
    await arrived('Sign in')
    await goTo(/^INPUT: API key/)
    await type(key)
    await page.keyboard.press('Enter')
    await arrived('Analyse files')
    t.same(faults.splice(0), [])
  })

  await t.test('choosing files, and following them', async (t) => {
    const opening = page.waitForEvent('filechooser')
    await activate(/^BUTTON: Choose files$/)
    const forged = await saved(withCopy(texturedPhoto(640, 480, 3), { left: 40, top: 60 }, { left: 373, top: 251 }, 120), 90)
    await (await opening).setFiles([
      { name: 'market square.jpg', mimeType: 'image/jpeg', buffer: forged },
      { name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 and so on') }
    ])
    await page.getByRole('listitem').filter({ hasText: 'market square.jpg' }).getByText('manipulated').waitFor()
    await look('choosing files')
    await activate(/^BUTTON: Remove: report\.pdf$/)
    await page.getByRole('listitem').filter({ hasText: 'report.pdf' }).waitFor({ state: 'detached' })
    await look('removing a line')
    await activate(/^BUTTON: Clear what is done$/)
    await page.getByRole('heading', { name: 'Sent now' }).waitFor({ state: 'detached' })
    await look('clearing the list')
    t.same(faults.splice(0), [])
  })

  await t.test('the history and its filters', async (t) => {
    await activate(/^A: History$/, 'Shift+Tab')
    await arrived('History')
    const link = (name: string) => page.getByRole('link', { name, exact: true })
    await link('harbour.jpg').waitFor()
    await goTo(/^INPUT: File name$/)
    await type('market')
    await link('harbour.jpg').waitFor({ state: 'detached' })
    await goTo(/^SELECT: Verdict$/)
    await press('A') // Authentic
    await page.getByText('Nothing fits these filters').waitFor()
    await goTo(/^BUTTON: Show everything$/)
    await page.keyboard.press('Enter')
    await link('harbour.jpg').waitFor()
    await look('showing everything')
    await goTo(/^INPUT: File name$/, 'Shift+Tab')
    await type('h')
    await link('market square.jpg').waitFor({ state: 'detached' })
    await activate(/^BUTTON: Without filters$/)
    await link('market square.jpg').waitFor()
    await look('leaving the filters out')
    t.same(faults.splice(0), [])
  })

  await t.test('deleting, and having it back', async (t) => {
    await activate(/^BUTTON: Delete: harbour\.jpg$/)
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await look('deleting')
    await activate(/^BUTTON: Undo$/)
    await page.getByRole('link', { name: 'harbour.jpg', exact: true }).waitFor()
    await look('having it back')
    t.same(faults.splice(0), [])
  })

  await t.test('a result, its pictures and its dialogs', async (t) => {
    await activate(/^A: market square\.jpg$/, 'Shift+Tab')
    await arrived('Probably manipulated')
    const viewer = page.getByRole('region', { name: 'The picture and its evidence' })
    const layer = viewer.locator('img.layer')
    const stage = () => viewer.locator('.stage').first().evaluate((element) => (element as HTMLElement).style.transform)
    await layer.waitFor()

    await activate(/^BUTTON: Share$/)
    await page.getByRole('button', { name: 'Make the link' }).waitFor()
    await look('opening a dialog')
    await activate(/^BUTTON: Make the link$/)
    await page.getByRole('textbox', { name: 'Link to the result' }).waitFor()
    await look('making the link')
    await press('Escape')
    t.equal((await focusOf(page)).what, 'BUTTON: Share', 'a dialog gives the focus back')
    await press('Enter')
    await page.getByRole('button', { name: 'Withdraw the link' }).waitFor()
    await look('opening it again')
    await activate(/^BUTTON: Withdraw the link$/)
    await page.getByText('Whoever has the link sees').waitFor()
    await look('withdrawing the link')
    await press('Escape')
    t.equal((await focusOf(page)).what, 'BUTTON: Share')
    await activate(/^BUTTON: Report \(PDF\)$/)
    const saving = page.waitForEvent('download')
    await activate(/^BUTTON: Download the report$/)
    await saving
    await page.getByRole('link', { name: 'Where others can check it' }).waitFor()
    await look('making the report')
    await activate(/^BUTTON: Close$/)
    t.equal((await focusOf(page)).what, 'BUTTON: Report (PDF)')

    await activate(/^BUTTON: This is wrong$/)
    await page.getByRole('button', { name: 'Take it back' }).waitFor()
    await look('saying that it is wrong')
    await activate(/^BUTTON: Take it back$/)
    await page.getByRole('button', { name: 'This is wrong' }).waitFor()
    await look('taking it back')
    t.same(faults.splice(0), [], 'the dialogs')

    await goTo(/^SELECT: Evidence$/)
    await press('ArrowDown')
    await layer.waitFor({ state: 'detached' })
    await press('ArrowUp')
    await layer.waitFor()
    await goTo(/^DIV: The picture\./)
    const whole = await stage()
    for (const key of ['+', '+', 'ArrowRight', 'ArrowDown']) await press(key)
    t.match(await stage(), /scale\(1\.96\)/)
    t.not(await stage(), whole)
    await press('0')
    t.equal(await stage(), whole)
    await goTo(/^BUTTON: Enlarge$/)
    await press('Enter')
    t.match(await stage(), /scale\(1\.4\)/)
    await goTo(/^BUTTON: Whole$/)
    await press('Enter')
    t.equal(await stage(), whole)
    await look('seeing the whole')
    await goTo(/^BUTTON: Layer$/)
    await press('Space')
    t.equal(await layer.count(), 0)
    await press('Space')
    await goTo(/^INPUT: Opacity$/)
    for (let presses = 0; presses < 4; presses++) await press('ArrowLeft')
    t.equal(await layer.evaluate((image) => getComputedStyle(image).opacity), '0.8')
    await goTo(/^BUTTON: Side by side$/)
    await press('Enter')
    t.equal(await viewer.locator('.pane').count(), 2)
    await goTo(/^BUTTON: Wide$/)
    await press('Enter')
    await goTo(/^SUMMARY:/)
    await press('Enter')
    t.same(faults.splice(0), [], 'the viewer')
  })

  await t.test('signing out', async (t) => {
    await activate(/^BUTTON: Account$/, 'Shift+Tab')
    await press('Escape')
    t.equal((await focusOf(page)).what, 'BUTTON: Account', 'the menu closes, and one is where one was')
    await page.keyboard.press('Enter')
    await goTo(/^BUTTON: Sign out$/)
    await page.keyboard.press('Enter')
    await arrived('Can this picture be trusted?')
    t.same(faults.splice(0), [])
  })
  t.same(complaints, [])
  await context.close()
})
