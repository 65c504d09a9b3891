import type { ReportContent } from '../content.ts'
import { previewName, type ReportPicture } from '../pictures.ts'
import { contentWidth, ink, sheet, tones, type Page } from './page.ts'
import { drawQrCode } from './qrCode.ts'

const qrSide = 72
/** Four modules, within which nothing may stand beside the code. */
const quietZone = 9
const longTitle = 60
const padding = 16
const bar = 4
const previewSide = 128

/** The head of the first page: what this is, the verdict, and the picture that it speaks of. */
export function drawOpening(page: Page, content: ReportContent, preview: ReportPicture | undefined): void {
  drawHead(page, content)
  drawVerdict(page, content, preview)
}

function drawHead(page: Page, { heading, title, subtitle, hash, address, addressCaption }: ReportContent): void {
  const { doc } = page
  const qrX = sheet.width - sheet.right - qrSide
  drawQrCode(doc, address, qrX, sheet.top, qrSide)
  doc.link(qrX, sheet.top, qrSide, qrSide, address)
  page.put(addressCaption, qrX - 30, sheet.top + qrSide + quietZone, { width: qrSide + 60, align: 'center', size: 7.5, color: ink.quiet })

  const width = contentWidth - qrSide - 36
  let y = sheet.top
  y += page.put('FakeTect', sheet.left, y, { font: 'bold', size: 10.5, color: ink.accent, width }) + 1
  y += page.put(heading, sheet.left, y, { size: 9.5, color: ink.quiet, width }) + 12
  y += page.put(title, sheet.left, y, { font: 'bold', size: title.length > longTitle ? 11.5 : 17, width, maxLines: 4 }) + 3
  y += page.put(subtitle, sheet.left, y, { size: 9, color: ink.quiet, width })
  y += page.put(hash, sheet.left, y, { font: 'code', size: 7.6, color: ink.quiet, width: contentWidth })
  page.y = Math.max(y, sheet.top + qrSide + quietZone + 11) + 16
}

function drawVerdict(page: Page, { opening }: ReportContent, preview: ReportPicture | undefined): void {
  const { doc } = page
  const tone = tones[opening.tone]
  const picture = preview && fitted(preview, previewSide, previewSide)
  const x = sheet.left + bar + padding
  const width = contentWidth - bar - 2 * padding - (picture === undefined ? 0 : picture.width + padding)
  const parts = [
    { text: opening.headline, gap: 8, style: { font: 'bold' as const, size: 15, color: tone.ink, width } },
    ...opening.lines.map((text) => ({ text, gap: 6, style: { size: 10, width } })),
    ...opening.notes.map((text) => ({ text, gap: 6, style: { size: 8.5, color: ink.quiet, width } }))
  ]
  const textHeight = parts.reduce((sum, { text, gap, style }) => sum + page.heightOf(text, style) + gap, 0)
  const height = Math.max(textHeight - 4, picture?.height ?? 0) + 2 * padding
  page.ensure(height)
  doc.rect(sheet.left, page.y, contentWidth, height).fill(tone.paper)
  doc.rect(sheet.left, page.y, bar, height).fill(tone.ink)
  if (preview !== undefined && picture !== undefined) {
    const left = sheet.width - sheet.right - padding - picture.width
    doc.image(Buffer.from(preview.bytes), left, page.y + padding, { width: picture.width, height: picture.height })
  }
  let y = page.y + padding
  for (const { text, gap, style } of parts) y += page.put(text, x, y, style) + gap
  page.y += height + 6
}

/** The largest size of a picture within a frame, its shape kept. */
export function fitted({ width, height }: { width: number; height: number }, maxWidth: number, maxHeight: number) {
  const scale = Math.min(maxWidth / width, maxHeight / height)
  return { width: width * scale, height: height * scale }
}

export const previewOf = (pictures: readonly ReportPicture[]) => pictures.find(({ name }) => name === previewName)
