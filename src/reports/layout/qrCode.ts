import makeCode from 'qrcode-generator'

/** Draws a QR code without its light margin: that is the paper's, where nothing may stand for four modules. */
export function drawQrCode(doc: PDFKit.PDFDocument, text: string, x: number, y: number, side: number): void {
  const code = makeCode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  const module = side / count
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      // A hair more than a module, so that no printer leaves white between two.
      if (code.isDark(row, column)) doc.rect(x + column * module, y + row * module, module * 1.02, module * 1.02)
    }
  }
  doc.fill('#000000')
}
