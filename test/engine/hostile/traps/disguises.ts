import { jpegSegment, withSegments } from '../blocks.ts'
import type { Trap } from './trap.ts'

/** Files that are two things at once: the picture is analysed, the rest is never looked into. */
const zip = Buffer.from('PK\u0003\u0004\u0014\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u0001\0\0\0aPK\u0005\u0006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1')
const script = Buffer.from('=1;alert(1);/*')
const page = Buffer.from('<html><script>alert(1)</script></html>')
const pdf = Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF')

export const polyglotTraps: readonly Trap[] = [
  { name: 'jpeg and zip', mediaType: 'image/jpeg', build: (_, seed) => Buffer.concat([seed('jpeg baseline').bytes, zip]) },
  { name: 'gif and script', mediaType: 'image/gif', build: (_, seed) => { const file = Buffer.concat([seed('gif still').bytes, Buffer.from('*/')]); script.copy(file, 6, 0, 4); return file } },
  { name: 'png and jpeg', mediaType: 'image/png', build: (_, seed) => Buffer.concat([seed('png with texts').bytes, seed('jpeg camera').bytes]) },
  { name: 'jpeg and page', mediaType: 'image/jpeg', build: (_, seed) => withSegments(seed('jpeg baseline').bytes, jpegSegment(0xfe, page)) },
  { name: 'jpeg and pdf', mediaType: 'image/jpeg', build: (_, seed) => withSegments(seed('jpeg baseline').bytes, jpegSegment(0xfe, pdf)) },
  { name: 'webp and everything', mediaType: 'image/webp', build: (_, seed) => Buffer.concat([seed('webp lossy').bytes, pdf, page, zip]) }
]

const svg = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64">'
const outside = `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg}<text y="20">&x;</text><image xlink:href="http://127.0.0.1:9/x.png" width="64" height="64"/></svg>`
const laughs = `<!DOCTYPE svg [<!ENTITY a "ha">${'bcdefgh'.split('').map((name, index) => `<!ENTITY ${name} "${`&${'abcdefg'[index]};`.repeat(10)}">`).join('')}]>${svg}<text>&h;</text></svg>`
const pixels = Buffer.alloc(64 * 64 * 3, 0x80)

/** What is no picture of ours, in the words of its own format: libvips has a loader for most of them. */
const others: readonly (readonly [name: string, file: string | Buffer])[] = [
  ['svg with external entities', outside],
  ['svg that unfolds', laughs],
  ['svg behind an xml declaration', `<?xml version="1.0" encoding="UTF-8"?>\n${outside}`],
  ['svg behind a byte order mark', `\uFEFF${outside}`],
  ['pdf', pdf],
  ['page', page],
  ['postscript', '%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd)(r) file\nshowpage\n'],
  ['ppm', Buffer.concat([Buffer.from('P6\n64 64\n255\n'), pixels])],
  ['bmp', Buffer.concat([Buffer.from('BM'), Buffer.alloc(200)])],
  ['radiance', Buffer.concat([Buffer.from('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 64 +X 64\n'), pixels, pixels])],
  ['libvips’ own', Buffer.concat([Buffer.from([0xb6, 0xa6, 0xf2, 0x08]), Buffer.alloc(60), pixels])],
  ['matrix', `64 64\n${'1 '.repeat(64 * 64)}`],
  ['fits', Buffer.concat([Buffer.from('SIMPLE  =                    T'.padEnd(80)), Buffer.alloc(5_760, 0x20)])],
  ['magick script', 'push graphic-context\nviewbox 0 0 64 64\nimage over 0,0 0,0 "https://127.0.0.1:9/x"\npop graphic-context\n'],
  ['empty', ''],
  ['one byte', Buffer.from([0xff])]
]

export const refusedTraps: readonly Trap[] = others.map(([name, file]) => ({
  name: `no picture: ${name}`,
  // Whatever somebody says that it is.
  mediaType: 'image/jpeg',
  refused: true,
  build: () => Buffer.from(file)
}))

/** The same behind a picture's first bytes: sniffing takes them, and no decoder may. */
export const signatureTraps: readonly Trap[] = [
  { name: 'svg behind a jpeg’s signature', mediaType: 'image/jpeg', build: () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(outside)]) },
  { name: 'page behind a gif’s signature', mediaType: 'image/gif', build: () => Buffer.concat([Buffer.from('GIF89a'), page]) },
  { name: 'pdf behind a png’s signature', mediaType: 'image/png', build: () => Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), pdf]) },
  { name: 'svg behind a webp’s signature', mediaType: 'image/webp', build: () => Buffer.concat([Buffer.from('RIFF\0\u0001\0\0WEBP', 'latin1'), Buffer.from(outside)]) }
]
