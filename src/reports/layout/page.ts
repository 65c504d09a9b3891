import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Pdf from 'pdfkit'
import type { ReportContent, Tone } from '../content.ts'
import { drawableBy } from './letters.ts'

/** Sizes are in points, 1/72 inch; `y` grows downwards. */
export const sheet = { width: 595.28, height: 841.89, left: 54, right: 54, top: 54, bottom: 70 }
export const contentWidth = sheet.width - sheet.left - sheet.right

/** Ink and paper. All text has a contrast of at least 4.5 : 1. */
export const ink = { text: '#1c2128', quiet: '#545d68', rule: '#d5dae1', ground: '#f5f6f8', empty: '#dde1e7', accent: '#24507a' }

/** How each verdict looks: its ink, and the paper below it. */
export const tones: { readonly [tone in Tone]: { ink: string; paper: string } } = {
  ai_generated: { ink: '#5b3a9c', paper: '#f3effa' },
  manipulated: { ink: '#a12b22', paper: '#fbefee' },
  authentic: { ink: '#1c6b41', paper: '#ecf6f0' },
  inconclusive: { ink: '#3f4a59', paper: '#f1f3f6' },
  quiet: { ink: '#545d68', paper: '#f5f6f8' }
}

const fontFolder = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'))
const fontFiles = { text: 'DejaVuSansCondensed.ttf', bold: 'DejaVuSansCondensed-Bold.ttf', code: 'DejaVuSansMono.ttf' }
export type Font = keyof typeof fontFiles

export interface TextStyle {
  font?: Font
  size?: number
  color?: string
  width?: number
  align?: 'left' | 'right' | 'center'
  /** Cut with an ellipsis after so many lines. */
  maxLines?: number
}

/** A document that is being drawn from top to bottom. */
export interface Page {
  doc: PDFKit.PDFDocument
  /** Where the next thing begins. */
  y: number
  /** Goes to the next page when there is not so much room left. */
  ensure(height: number): void
  heightOf(text: string, style?: TextStyle): number
  /** Draws at a place, without moving on. @returns the height */
  put(text: string, x: number, y: number, style?: TextStyle): number
  /** Whether a letter had to be replaced. */
  readonly lacksLetters: boolean
}

/** Opens an A4 document with its metadata. */
export function openPage({ title, heading, id, language, madeAt }: ReportContent): Page {
  const doc = new Pdf({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    pdfVersion: '1.7',
    lang: language,
    displayTitle: true,
    info: {
      Title: `${heading}: ${title}`,
      Author: 'FakeTect',
      Creator: 'FakeTect',
      Producer: 'FakeTect',
      // By which a report is known again: see `verification.ts`.
      Keywords: `faketect-report:${id}`,
      CreationDate: madeAt,
      ModDate: madeAt
    }
  })
  for (const [name, file] of Object.entries(fontFiles)) doc.registerFont(name, join(fontFolder, file))
  const drawable = drawableBy(doc)

  const page: Page = {
    doc,
    y: sheet.top,
    ensure(height) {
      if (page.y + height <= sheet.height - sheet.bottom) return
      doc.addPage({ size: 'A4', margin: 0 })
      page.y = sheet.top
    },
    heightOf(text, style = {}) {
      return measured(prepare(text, style), style)
    },
    put(text, x, y, style = {}) {
      const letters = prepare(text, style)
      const { width = contentWidth, color = ink.text, align = 'left' } = style
      const height = measured(letters, style)
      // A height is needed for the ellipsis, and keeps PDFKit from turning the page by itself.
      doc.fillColor(color).text(letters, x, y, { width, align, lineGap, height: height + 1, ellipsis: true })
      return height
    },
    get lacksLetters() {
      return drawable.hasReplaced
    }
  }

  function prepare(text: string, { font = 'text', size = 9.5 }: TextStyle): string {
    doc.font(font).fontSize(size)
    return drawable.text(text)
  }

  function measured(letters: string, { width = contentWidth, maxLines = Infinity }: TextStyle): number {
    const height = doc.heightOfString(letters, { width, lineGap })
    return Math.min(height, maxLines * (doc.currentLineHeight(true) + lineGap))
  }
  return page
}

const lineGap = 2
