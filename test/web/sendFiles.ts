import type { BrowserContext, Locator, Page } from 'playwright-core'
import { eventually } from '../harness/eventually.ts'

/** How tests do what people do with files in the app, and what they see of it. */

interface GivenFile {
  name: string
  buffer: Buffer
}

export const choose = (page: Page, files: GivenFile[]) => page.locator('input[type=file]').setInputFiles(files.map((file) => ({ mimeType: 'image/jpeg', ...file })))

/** Brings files as a person does who drags them from another window, or pastes them. */
export async function bring(page: Page, how: 'drop' | 'paste', files: GivenFile[]): Promise<void> {
  const given = files.map(({ name, buffer }) => ({ name, base64: buffer.toString('base64') }))
  await page.evaluate(({ how, given }) => {
    const transfer = new DataTransfer()
    for (const { name, base64 } of given) transfer.items.add(new File([Uint8Array.fromBase64(base64)], name, { type: 'image/png' }))
    const target = document.querySelector('footer')
    if (how === 'drop') target?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
    else target?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }))
  }, { how, given })
}

/** The line of a file, in any list. */
export const lineOf = (page: Page, name: string): Locator => page.locator('.file').filter({ has: page.getByText(name, { exact: true }) })

/** Something of a file has left, and something has not. */
export const isBeingSent = (page: Page) =>
  page.waitForFunction(() => {
    const bar = document.querySelector('progress')
    return bar !== null && bar.value > 0 && bar.value < 1
  })

export async function slowUploads(context: BrowserContext, page: Page, bytesPerSecond: number): Promise<void> {
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond })
}

/** The picture has come, and is one. */
export const isShown = (image: Locator) => eventually(async () => (await image.evaluate((img: HTMLImageElement) => img.naturalWidth)) > 0)
