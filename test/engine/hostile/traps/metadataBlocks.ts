import type { Random } from '../random.ts'
import { asciiEntry, longEntry, shortEntry, tiffBlock, types, type Entry } from '../tiffBlock.ts'

/** Texts that a terminal, a page, a data base or a pattern might choke on. */
export function hostileText(random: Random): string {
  return random.pick([
    '\u001B]0;owned\u0007\u001B[2J\u001B[31m',
    '\u009B31mred',
    '<script>alert(1)</script><img src=x onerror=alert(1)>',
    '\u202Egpj.exe\u2066',
    'a\u0000b\u0000c',
    '\uFFFE\uFEFF\u200B\u2028',
    "'; DROP TABLE analyses; --",
    '%n%n%s${7*7}{{7*7}}',
    '__proto__',
    'Steps: 20, '.repeat(2_000),
    '{"a":'.repeat(5_000),
    `{"prompt":"a","seed":NaN,"steps":${'['.repeat(5_000)}`,
    '{"nodes":[{"type":"KSampler","inputs":{"__proto__":1,"text":[]}}]}',
    `${'\n'.repeat(10_000)}Steps: 1, Seed: ${'9'.repeat(5_000)}`,
    '\u{1F469}\u200D\u{1F469}'.repeat(2_000),
    Buffer.from([0xff, 0xfe, 0xed, 0xa0, 0x80, 0xc0, 0x80]).toString('latin1'),
    'x'.repeat(1 + random.below(50_000))
  ])
}

/** EXIF blocks with one odd thing each. */
export function hostileExif(random: Random): Buffer {
  const bigEndian = random.chance(0.5)
  const text = hostileText(random)
  const at = (value: number) => ({ value: value >>> 0 })
  const beyond = random.pick([0xffffffff, 0x7fffffff, 0x80000000, 60_000, 7, 0])
  return random.pick<() => Buffer>([
    () => tiffBlock([[0x10f, 0x110, 0x131, 0x13b, 0x10e].map((tag) => asciiEntry(tag, text))], { bigEndian }),
    // Directories that lead to themselves and to each other.
    () => tiffBlock([[asciiEntry(0x131, 'a')]], { bigEndian, next: (_, offsets) => offsets[0]! }),
    () => tiffBlock([[longEntry(0x8769, { directory: 0 }), longEntry(0x8825, { directory: 0 }), longEntry(0xa005, { directory: 0 })]], { bigEndian }),
    () => tiffBlock([[longEntry(0x8769, { directory: 1 })], [longEntry(0x8769, { directory: 0 }), longEntry(0xa005, { directory: 1 })]], { bigEndian, next: (index, offsets) => offsets[1 - index]! }),
    // Values and counts that point nowhere.
    () => tiffBlock([[0x10f, 0x110, 0x131, 0x8769, 0x8825, 0x201, 0x202].map((tag) => ({ tag, type: types.long, count: random.pick([1, beyond]), ...at(beyond) }))], { bigEndian }),
    () => tiffBlock([Array.from({ length: 40 }, (_, index): Entry => ({ tag: 0x100 + random.below(0xff), type: index % 16, count: random.pick([0, 1, 3, 0x40000001, 0xffffffff]), ...at(random.pick([8, beyond])) }))], { bigEndian }),
    // The same bytes named by thousands of entries.
    () => tiffBlock([Array.from({ length: 4_000 }, (_, index): Entry => ({ tag: index % 2 ? 0x9286 : 0x927c, type: types.undefined, count: 40_000, value: 8 })), [longEntry(0x8769, { directory: 0 })]], { bigEndian, next: () => 0 }),
    () => tiffBlock([[longEntry(0x8769, { directory: 1 })], [{ tag: 0x927c, type: types.undefined, count: 50_000, value: Buffer.concat([Buffer.from('Nikon\0\x02\0\0\0MM\0*\0\0\0\x08'), random.bytes(50_000)]) }]], { bigEndian }),
    () => tiffBlock([[longEntry(0x8769, { directory: 1 })], [{ tag: 0x9286, type: random.pick([types.undefined, types.ascii, types.short]), count: 20_000, value: Buffer.concat([Buffer.from(random.pick(['UNICODE\0', 'ASCII\0\0\0', 'JIS\0\0\0\0\0', '\0'.repeat(8)])), Buffer.from(text, random.pick(['utf8', 'utf16le'])), random.bytes(20_000)]) }]], { bigEndian }),
    // Numbers where texts are expected, zero denominators, many orientations.
    () => tiffBlock([[{ tag: 0x10f, type: types.rational, count: 1, value: Buffer.alloc(8) }, shortEntry(0x110, 1), { tag: 0x112, type: types.short, count: 4, value: random.bytes(8) }, longEntry(0x8769, { directory: 1 })], [0x829a, 0x829d, 0x920a, 0xa002, 0xa003, 0x9003].map((tag) => ({ tag, type: types.rational, count: 1, value: Buffer.alloc(8) }))], { bigEndian }),
    // Thumbnails that are no pictures, or pictures that no thumbnail may be.
    () => thumbnailExif(random.pick([Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), random.bytes(2_000), Buffer.from('%PDF-1.7'), Buffer.alloc(0), Buffer.from([0xff, 0xd8])]), bigEndian)
  ])()
}

/** A block with a thumbnail directory. */
export function thumbnailExif(thumbnail: Buffer, bigEndian = false): Buffer {
  const small = [shortEntry(0x103, 6), longEntry(0x201, { block: 0 }), longEntry(0x202, thumbnail.length)]
  return tiffBlock([[asciiEntry(0x131, 'a')], small], { bigEndian, blocks: [thumbnail] })
}

const opening = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
const closing = '</rdf:Description></rdf:RDF></x:xmpmeta>'

/**
 * XMP packets with one odd thing each.
 *
 * @param size about how many characters the large ones have
 */
export function hostileXmp(random: Random, size: number): Buffer {
  const times = (text: string) => text.repeat(Math.ceil(size / text.length))
  const around = (inside: string, attributes = '') => `${opening}${attributes}>${inside}${closing}`
  const text = hostileText(random).replaceAll(/[<&]/g, ' ')
  const laughs = ['<!DOCTYPE x [<!ENTITY a "ha">', ...'bcdefghij'.split('').map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghi'[index]};`.repeat(10)}">`), ']>'].join('')
  const packet = random.pick([
    () => `${laughs}${around('<dc:title>&j;</dc:title>')}`,
    () => `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY % b SYSTEM "http://127.0.0.1:9/x">%b;]>${around('<dc:title>&a;</dc:title>')}`,
    () => around(`${times('<dc:a>')}deep${times('</dc:a>')}`),
    () => around(times('<rdf:Seq><rdf:li>')),
    () => around(`<dc:subject><rdf:Bag>${times('<rdf:li>a</rdf:li>')}</rdf:Bag></dc:subject>`),
    () => around('', Array.from({ length: Math.ceil(size / 12) }, (_, index) => ` dc:a${index}="b"`).join('')),
    () => around('', ` xmp:CreatorTool="${text.replaceAll('"', '')}" Iptc4xmpExt:DigitalSourceType="${text.replaceAll('"', '').slice(0, 500)}"`),
    () => around(`<dc:__proto__>a</dc:__proto__><dc:constructor>b</dc:constructor><xmp:toString>c</xmp:toString><dc:description>${text}</dc:description>`),
    () => around(`<dc:title><![CDATA[${times(']]')}]]></dc:title>`),
    () => around(`<!--${times('-')}`),
    () => around(times('<?xpacket begin="" id=""?>')),
    () => opening + times(' a='),
    () => times('<'),
    () => times('<a '),
    () => times('<!--'),
    () => times('&'),
    () => times('<![CDATA['),
    () => around(times('&#x41;&amp;&lt;')),
    () => around(times('<a b="c"/>')),
    () => around(`<dc:title>${times(' ')}</dc:title>`),
    () => times('<x:xmpmeta>'),
    () => `\u0000${around('')}`,
    () => ''
  ])()
  return random.chance(0.05) ? Buffer.from(packet, 'utf16le') : Buffer.from(packet)
}
