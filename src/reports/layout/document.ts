import { buffer } from 'node:stream/consumers'
import type { Block, ReportContent } from '../content.ts'
import type { ReportPicture } from '../pictures.ts'
import { drawBlock, heightOfPicture, heightOfSignal } from './blocks.ts'
import { drawOpening, previewOf } from './opening.ts'
import { contentWidth, ink, openPage, sheet, type Page } from './page.ts'

/** Draws a report. @returns the PDF */
export async function drawReport(content: ReportContent, pictures: readonly ReportPicture[]): Promise<Uint8Array> {
  const page = openPage(content)
  const whole = buffer(page.doc)
  drawOpening(page, content, previewOf(pictures))
  content.blocks.forEach((block, at) => {
    if (block.kind === 'signal') keepTogether(page, block, content.blocks[at + 1], pictures)
    drawBlock(page, block, pictures)
  })
  if (page.lacksLetters) drawBlock(page, { kind: 'text', text: content.missingLetters }, [])
  drawFooters(page, content)
  page.doc.end()
  return whole
}

/** What was found does not stand at the foot of a page, and its picture on the next. */
function keepTogether(page: Page, signal: Extract<Block, { kind: 'signal' }>, next: Block | undefined, pictures: readonly ReportPicture[]): void {
  const picture = next?.kind === 'picture' && pictures.find(({ name }) => name === next.name)
  if (picture) page.ensure(heightOfSignal(page, signal) + heightOfPicture(page, next, picture))
}

/** When all pages are there: on each, whose page it is, and of how many. */
function drawFooters(page: Page, { footer }: ReportContent): void {
  const { start, count } = page.doc.bufferedPageRange()
  const y = sheet.height - 44
  const style = { size: 8, color: ink.quiet }
  for (let at = 0; at < count; at++) {
    page.doc.switchToPage(start + at)
    page.doc.moveTo(sheet.left, y - 7).lineTo(sheet.width - sheet.right, y - 7).lineWidth(0.5).stroke(ink.rule)
    page.put(footer, sheet.left, y, { ...style, width: contentWidth - 60 })
    page.put(`${at + 1} / ${count}`, sheet.width - sheet.right - 60, y, { ...style, width: 60, align: 'right' })
  }
}
