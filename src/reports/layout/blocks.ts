import type { Block, Row } from '../content.ts'
import type { ReportPicture } from '../pictures.ts'
import { fitted } from './opening.ts'
import { contentWidth, ink, sheet, tones, type Page } from './page.ts'

type Of<Kind extends Block['kind']> = Extract<Block, { kind: Kind }>

/** Of what belongs to what stands above it. */
const inset = 13

/** Draws one block where the page is, and moves on. */
export function drawBlock(page: Page, block: Block, pictures: readonly ReportPicture[]): void {
  switch (block.kind) {
    case 'heading':
      return drawHeading(page, block)
    case 'text':
      return drawText(page, block)
    case 'list':
      return drawList(page, block)
    case 'table':
      return drawTable(page, block)
    case 'signal':
      return drawSignal(page, block)
    case 'step':
      return drawStep(page, block)
    case 'picture': {
      const picture = pictures.find(({ name }) => name === block.name)
      return picture && drawPicture(page, block, picture)
    }
  }
}

/** A heading never stands alone at the foot of a page. */
function drawHeading(page: Page, { text }: Of<'heading'>): void {
  page.ensure(96)
  page.y += 18
  page.y += page.put(text, sheet.left, page.y, { font: 'bold', size: 12 }) + 4
  page.doc.moveTo(sheet.left, page.y).lineTo(sheet.width - sheet.right, page.y).lineWidth(0.7).stroke(ink.rule)
  page.y += 9
}

function drawText(page: Page, { text }: Of<'text'>): void {
  page.ensure(page.heightOf(text))
  page.y += page.put(text, sheet.left, page.y) + 6
}

function drawList(page: Page, { items }: Of<'list'>): void {
  const width = contentWidth - inset
  for (const item of items) {
    page.ensure(page.heightOf(item, { width }))
    page.doc.circle(sheet.left + 3.5, page.y + 6.5, 1.6).fill(ink.quiet)
    page.y += page.put(item, sheet.left + inset, page.y, { width }) + 5
  }
}

const nameWidth = 128

function drawTable(page: Page, { rows, isInset = false }: Of<'table'>): void {
  rows.forEach((row, at) => drawRow(page, row, { x: sheet.left + (isInset ? inset : 0), isFirst: at === 0 }))
  page.y += 6
}

function drawRow(page: Page, { name, value, isCode = false, mark }: Row, { x, isFirst }: { x: number; isFirst: boolean }): void {
  const valueX = x + nameWidth + 10
  const width = sheet.width - sheet.right - valueX
  const nameStyle = { size: 8.5, color: ink.quiet, width: nameWidth }
  const valueStyle = { size: isCode ? 7.6 : 9, width, ...(isCode && { font: 'code' as const }) }
  const markStyle = { size: 8.5, width: width - 12, color: tones.manipulated.ink }
  const valueHeight = page.heightOf(value, valueStyle)
  const height = Math.max(page.heightOf(name, nameStyle), valueHeight + (mark === undefined ? 0 : page.heightOf(mark, markStyle) + 1))
  page.ensure(height + 7)
  if (!isFirst && page.y > sheet.top) page.doc.moveTo(x, page.y).lineTo(sheet.width - sheet.right, page.y).lineWidth(0.4).stroke(ink.rule)
  page.y += 3.5
  page.put(name, x, page.y + 0.4, nameStyle)
  page.put(value, valueX, page.y + (isCode ? 1 : 0), valueStyle)
  if (mark !== undefined) {
    const y = page.y + valueHeight + 1
    page.doc.polygon([valueX, y + 9], [valueX + 4, y + 2], [valueX + 8, y + 9]).fill(tones.manipulated.ink)
    page.put(mark, valueX + 12, y, markStyle)
  }
  page.y += height + 3.5
}

const segments = 5
const segment = { width: 20, height: 5, gap: 2.5 }

/** A sentence, and below it how strong it is: on a scale, and in words. */
function signalPlan(page: Page, { tone, text, strength }: Of<'signal'>) {
  const colours = tones[tone]
  const width = contentWidth - inset
  const style = { size: strength === undefined ? 9.5 : 10.5, width }
  const scaleWidth = segments * (segment.width + segment.gap) + 6
  const wordsStyle = { size: 8.5, color: colours.ink, width: width - scaleWidth }
  const textHeight = page.heightOf(text, style)
  const strengthHeight = strength === undefined ? 0 : page.heightOf(strength.words, wordsStyle) + 4
  return { x: sheet.left + inset, colours, style, scaleWidth, wordsStyle, barHeight: textHeight + strengthHeight - 1, height: textHeight + strengthHeight + 12 }
}

export const heightOfSignal = (page: Page, block: Of<'signal'>) => signalPlan(page, block).height

function drawSignal(page: Page, block: Of<'signal'>): void {
  const { text, strength } = block
  const { x, colours, style, scaleWidth, wordsStyle, barHeight, height } = signalPlan(page, block)
  page.ensure(height)
  page.y += 4
  page.doc.rect(sheet.left, page.y, 3, barHeight).fill(strength === undefined ? ink.rule : colours.ink)
  page.y += page.put(text, x, page.y, style)
  if (strength !== undefined) {
    page.y += 4
    for (let step = 0; step < segments; step++) {
      page.doc
        .roundedRect(x + step * (segment.width + segment.gap), page.y + 3.2, segment.width, segment.height, 1.5)
        .fill(step < strength.steps ? colours.ink : ink.empty)
    }
    page.y += page.put(strength.words, x + scaleWidth, page.y, wordsStyle)
  }
  page.y += 8
}

const gap = 14
const wide = 1.9
const tallest = 250

/** A wide picture has its caption below, any other beside it. */
function picturePlan(page: Page, { caption }: Of<'picture'>, picture: ReportPicture) {
  const x = sheet.left + inset
  const width = contentWidth - inset
  const isWide = picture.width / picture.height > wide
  const size = fitted(picture, isWide ? width : 0.52 * width, tallest)
  const style = { size: 8.5, color: ink.quiet, width: isWide ? width : width - size.width - gap }
  const captionHeight = page.heightOf(caption, style)
  const height = (isWide ? size.height + 5 + captionHeight : Math.max(size.height, captionHeight)) + 10
  return { x, size, style, height, captionX: isWide ? x : x + size.width + gap, captionBelow: isWide ? size.height + 5 : -1 }
}

export const heightOfPicture = (page: Page, block: Of<'picture'>, picture: ReportPicture) => picturePlan(page, block, picture).height

function drawPicture(page: Page, block: Of<'picture'>, picture: ReportPicture): void {
  const { x, size, style, height, captionX, captionBelow } = picturePlan(page, block, picture)
  page.ensure(height)
  page.doc.image(Buffer.from(picture.bytes), x, page.y, size)
  page.doc.rect(x, page.y, size.width, size.height).lineWidth(0.5).stroke(ink.rule)
  page.put(block.caption, captionX, page.y + captionBelow, style)
  page.y += height
}

/** A dot on the line of time, and what was done there. */
function drawStep(page: Page, { title, lines, isLast }: Of<'step'>): void {
  const x = sheet.left + 18
  const width = contentWidth - 18
  const style = { size: 9, color: ink.quiet, width }
  const titleStyle = { font: 'bold' as const, size: 10, width }
  const height = page.heightOf(title, titleStyle) + lines.reduce((sum, line) => sum + page.heightOf(line, style), 0) + 9
  page.ensure(height)
  const top = page.y
  if (!isLast) page.doc.moveTo(sheet.left + 5, top + 11).lineTo(sheet.left + 5, top + height + 3).lineWidth(1.2).stroke(ink.rule)
  page.doc.circle(sheet.left + 5, top + 7, 3.6).fill(ink.accent)
  page.y += page.put(title, x, page.y, titleStyle)
  for (const line of lines) page.y += page.put(line, x, page.y, style)
  page.y = top + height
}
