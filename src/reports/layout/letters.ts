/** Stands for a letter that no font of ours has: most of Chinese, Japanese and Korean, and many symbols. */
const missing = '□'

/** Letters that are made of others, or change how others look, and have no drawing of their own. */
const invisible = /\p{Cf}|\p{Variation_Selector}/u

/** What PDFKit holds of a font that it has opened. */
interface OpenedFont {
  font: { hasGlyphForCodePoint(code: number): boolean; layout(text: string): unknown }
}

/**
 * Makes sure that what is drawn can be drawn in the font that is set: else PDFKit draws an empty glyph, from which no text
 * can be copied, or fails at combinations that the font has no rules for.
 */
export function drawableBy(doc: PDFKit.PDFDocument) {
  let hasReplaced = false
  return {
    text(words: string): string {
      // Not in its types; there is no other way to ask.
      const { font } = Reflect.get(doc, '_font') as OpenedFont
      let letters = ''
      for (const letter of words) {
        if (invisible.test(letter)) continue
        const isThere = font.hasGlyphForCodePoint(letter.codePointAt(0)!)
        hasReplaced ||= !isThere
        letters += isThere ? letter : missing
      }
      try {
        font.layout(letters)
        return letters
      } catch {
        hasReplaced = true
        return letters.replace(/[^\u0020-\u024f…□]/gu, missing)
      }
    },
    get hasReplaced() {
      return hasReplaced
    }
  }
}
