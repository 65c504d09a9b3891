import { createHash } from 'node:crypto'
import type { Text } from '../../language/sentence.ts'
import type { JpegStructure } from '../containers/jpeg.ts'

/** Programs and cameras that are known by quantization tables of their own. */
export interface KnownTables {
  /** As it stands in a sentence. */
  name: Text
  /** In the writer's own words: `quality 8 of 12`. */
  setting?: { quality: number; of: number }
  /** Of a camera: how EXIF's Make begins. */
  maker?: string
}

interface Family {
  name: Text
  setting?: (index: number) => { quality: number; of: number }
  maker?: string
  /** Sampling factors of the components that the writer uses with them, as `2x2 1x1 1x1`. */
  sampling: (index: number) => string
  /** `digestOf` of its tables; of an editor by quality, from 0 on. */
  digests: string
}

const [half, full, grey, wide, tall] = ['2x2 1x1 1x1', '1x1 1x1 1x1', '1x1', '2x1 1x1 1x1', '1x2 1x1 1x1']

/**
 * Tables that one writer alone is known to use. Tables of which two makers are known, and those of annex K.1 in any scale, which all may come to,
 * are left out; so are tables that were met in one file only.
 *
 * Source: the digests that J. Duttke and F. Buchinger took from files written by these programs and cameras, as Image::ExifTool::JPEGDigest
 * lists them (Adobe Photoshop CS2, Lightroom 1.4.1 and 2.1; later versions write the same); those of Photoshop's quality 8 and 12, of
 * “Save for Web” 100, of Lightroom, and of Canon were checked against files that name their writer. Apple's: two photographs of an iPhone 6.
 */
const families: readonly Family[] = [
  {
    name: 'Adobe Photoshop or Lightroom',
    setting: (quality) => ({ quality, of: 12 }),
    sampling: (quality) => (quality <= 6 ? half : full),
    digests: `683506a889c7 bc490651af65 ce4286d9f079 cbfbfef12aea a0772e73dec2 7ef06dbde538 0ff225f58a21 8a8603650fa5 44f583ed6b65 de94c5591baf
      a6841b35e9ff 6e3f6a3a5a1e 5379e0133d44`
  },
  {
    name: 'Adobe Photoshop or Lightroom',
    setting: (quality) => ({ quality, of: 12 }),
    sampling: () => grey,
    digests: `3b0b5975a0e1 f4d19ed563e2 e9ef286567fd b39cafdb459a b3f215deea48 fccd63ce166e 0a50266ad8d1 6579941db021 57aa47876e10 076598d43c51
      37132e8ea811 46f55ee29472 7b83284f61de`
  },
  {
    name: 'Adobe Lightroom or Camera Raw',
    sampling: (index) => (index <= 3 ? half : full),
    digests: '8453391d3adf f8ede291b127 de0fb6d13e12 0d5b0af72561 b9fd15fd5240 27472e371425 34a599dff2b6 5c508e529d04 42bfe52476bf 4c3c425b4024'
  },
  {
    name: 'Adobe Photoshop (“Save for Web”)',
    setting: (quality) => ({ quality, of: 100 }),
    sampling: (quality) => (quality <= 50 ? half : full),
    digests: `9ac881c536e5 3521d793fd9d 041c9e3cf0d3 029b3a6f0b92 6cdd3762e346 84a69c0b4350 7254c012821f 428ba2c747ea 42cb001aea7e a3698813ce90
      301158b292e3 8d9edea9287a c1e0554d8a6e 0e0a151e0a52 911e66f21fe2 028fafd94aa6 866b8adb1ce7 7f712aecf513 38f26622a54b d241d5165e64
      afb31cfed194 0d501a036c98 9e992f35767c 0a80e5bf01a9 2501aad23cdf 09c168d2e075 63190207beeb e47902bc7ba3 410ed63b6e52 b40f3f3c46d7
      45148ae63b12 5180e51bd584 c5c472d89946 28cdbc95898e 42cd88e0eb3c 78a2a442aac5 96bce854134a fefd00ec4610 d71c8ddb9117 1727e7203004
      8fb05e3c3b0a 328ab751ea48 d9653333a3af 276da99e50e1 23f2bd2d96ec bafe2a89809f 6bfdcd363274 eb8e5c42d31b e57a9878be74 91dfacd928ce
      16c443478b94 84de345dcf71 bdd6043e7f5a c7614d3d384a 42d6f71aace3 84d5f059ce3e 5881004f5757 0cb697537acd b2762ffa5c0a 2b7a6a83259a
      6123a3685e10 d08c8435de33 e69be2174dbb 2ec2d5c10641 98201e1185b7 8fc0325d05c9 016600f44a61 91d7b4300c98 f9b83ba21b86 d312a23c8ecb
      240fffe5f8e2 ba60a642bfb1 c901580e589f c244f94d84a0 3589227bdd85 cae6fd91a423 7d8ee11ca66d a16371762ce4 204b111d4aaa 6a243ac0b857
      51879d6e5178 ca683ab6caaa 5399adc3f21e 43eb3b161279 2d387641f4e9 75ee5a0fd615 60d17e041a23 8e5290b1d128 dc19a48af905 c3fbc85c803d
      5e016a2d28f8 ef4fa43f4d54 00f03e367cd3 982fc46fd167 6fd7b56ac6b5 c6d9120293c8 1e133f4bf9f7 fb91d6a8a1b7 4ea4e07900e0 15e1d2321b96
      234d8f310d75`
  },
  {
    name: 'a camera of Canon',
    maker: 'Canon',
    sampling: () => wide,
    digests: `0147c5088beb 6640ae3bb6f6 83d6d7dd7ace b8548a302585 9d1250464844 0e618a0e79b4 d255f70a910a 8bc267b04a54 ee1c033afaf4 a92912eb3c81
      72cdcc91e3dd 483b5288e425 ea2f997a0261`
  },
  { name: 'a camera of Canon', maker: 'Canon', sampling: () => tall, digests: '0cec88a0cd8f 98af13526b7e 9e6abfb26d3b 4d6b36e81fe3 92c1557deaa1' },
  { name: 'an iPhone or another device of Apple', maker: 'Apple', sampling: () => half, digests: '58d4d9dcbbfd' }
]

/** By digest and sampling. */
const known = new Map<string, KnownTables>(
  families.flatMap(({ name, setting, maker, sampling, digests }) =>
    digests.split(/\s+/).map((digest, index): [string, KnownTables] => [
      `${digest} ${sampling(index)}`,
      { name, ...(setting && { setting: setting(index) }), ...(maker !== undefined && { maker }) }
    ])
  )
)

/** Whose tables these are, by all of their values, by how they stand in segments, and by the sampling that goes with them. */
export function knownTables({ segments, frame }: JpegStructure): KnownTables | undefined {
  const payloads = segments.filter(({ name }) => name === 'DQT').map(({ payload }) => payload)
  if (frame === undefined || payloads.length === 0 || payloads.length > 4) return undefined
  const sampling = frame.components.map(({ horizontal, vertical }) => `${horizontal}x${vertical}`).join(' ')
  return known.get(`${digestOf(payloads)} ${sampling}`)
}

/** The first 12 hexadecimal digits of the MD5 digest of all DQT segments with a zero byte between them, the form in which such lists are kept. */
function digestOf(payloads: readonly Uint8Array[]): string {
  const hash = createHash('md5')
  for (const [index, payload] of payloads.entries()) {
    if (index > 0) hash.update('\0')
    hash.update(payload)
  }
  return hash.digest('hex').slice(0, 12)
}
