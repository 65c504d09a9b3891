/** A box of an ISO base media file (ISO/IEC 14496-12, 4.2). */
export interface HeifBox {
  type: string
  start: number
  end: number
}

/** Boxes that hold boxes, with how many bytes stand before the first. */
const holders: { readonly [type: string]: number } = { meta: 4, iprp: 0, ipco: 0, iinf: 6, iref: 4, moov: 0 }

/** All boxes of a HEIF file or of what is left of one, those inside of others as well. */
export function heifBoxes(file: Buffer, from = 0, to = file.length, depth = 0): HeifBox[] {
  const boxes: HeifBox[] = []
  for (let at = from; at + 8 <= to && boxes.length < 300; ) {
    const size = file.readUInt32BE(at)
    const end = Math.min(to, at + Math.max(8, size))
    const type = file.toString('latin1', at + 4, at + 8)
    boxes.push({ type, start: at, end })
    const skipped = Object.hasOwn(holders, type) ? holders[type] : undefined
    if (skipped !== undefined && depth < 4) boxes.push(...heifBoxes(file, at + 8 + skipped, end, depth + 1))
    at = end
  }
  return boxes
}

/** Writes over what stands in the boxes of one type, from their first byte behind the header. */
export function withBoxContents(file: Buffer, type: string, contents: Buffer): Buffer {
  const changed = Buffer.from(file)
  for (const box of heifBoxes(file)) if (box.type === type) contents.copy(changed, box.start + 8, 0, Math.max(0, box.end - box.start - 8))
  return changed
}
