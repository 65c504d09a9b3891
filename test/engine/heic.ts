/** A picture of 64 × 64 pixels in HEVC: light on the left, dark on the right. */
export const lightAndDark = {
  configuration: Buffer.from(
    'AQFgAAAAkAAAAAAAXfAA/P34+AAADwMgAAEAGEABDAH//wFgAAADAJAAAAMAAAMAHpWUCSEAAQAnQgEBAWAAAAMAkAAAAwAAAwAeoCCBBZZWVKTC5oCAAAADAIAAAA8EIgABAAZEAcBzwIk=',
    'base64'
  ),
  data: Buffer.from('AAAAJygBrGYgSvtr6fu+4FFLf+04dAMflkP3/WNQPMheZjY/3FELc+r/gA==', 'base64')
}

interface HeicOptions {
  width: number
  height: number
  exif: Buffer
  /** A picture in HEVC of this size; left out, there is none that could be decoded, but enough for the container to be read. */
  picture?: { configuration: Buffer; data: Buffer }
  /** Quarter turns that the picture is to be shown with, anticlockwise. */
  turns?: number
}

/** A HEIC file (ISO/IEC 23008-12) with EXIF. */
export function heic({ width, height, exif, picture: coded, turns = 0 }: HeicOptions): Buffer {
  const picture = coded?.data ?? Buffer.from('no hevc in here')
  // An Exif item begins with the offset of its TIFF header (23008-12, A.2.1).
  const exifItem = Buffer.concat([Buffer.alloc(4), exif])
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0heicmif1', 'latin1'))
  // The offsets of the items depend on the size of the box that holds them, which does not depend on the offsets.
  const size = ftyp.length + meta([0, 0]).length + 8
  return Buffer.concat([ftyp, meta([size, size + picture.length]), box('mdat', picture, exifItem)])

  function meta(offsets: [number, number]): Buffer {
    return fullBox(
      'meta',
      0,
      fullBox('hdlr', 0, u32(0), Buffer.from('pict', 'latin1'), Buffer.alloc(13)),
      fullBox('pitm', 0, u16(1)),
      fullBox('iinf', 0, u16(2), itemInfo(1, 'hvc1'), itemInfo(2, 'Exif')),
      fullBox('iref', 0, box('cdsc', u16(2), u16(1), u16(1))),
      box(
        'iprp',
        box('ipco', fullBox('ispe', 0, u32(width), u32(height)), box('hvcC', coded?.configuration ?? decoderConfiguration()), box('irot', Buffer.from([turns]))),
        fullBox('ipma', 0, u32(1), u16(1), Buffer.from([3, 0x01, 0x82, 0x83]))
      ),
      // Offsets and lengths of four bytes, two items of one extent each.
      fullBox('iloc', 0, Buffer.from([0x44, 0x00]), u16(2), location(1, offsets[0], picture.length), location(2, offsets[1], exifItem.length))
    )
  }
}

function itemInfo(id: number, type: string): Buffer {
  return fullBox('infe', 2 << 24, u16(id), u16(0), Buffer.from(`${type}\0`, 'latin1'))
}

function location(id: number, offset: number, length: number): Buffer {
  return Buffer.concat([u16(id), u16(0), u16(1), u32(offset), u32(length)])
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1) without parameter sets. */
function decoderConfiguration(): Buffer {
  const record = Buffer.alloc(23)
  record[0] = 1
  return record
}

function box(type: string, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}

function fullBox(type: string, versionAndFlags: number, ...contents: Buffer[]): Buffer {
  return box(type, u32(versionAndFlags), ...contents)
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
