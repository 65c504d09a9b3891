import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import t from 'tap'
import { generatorTraces } from '../../../src/engine/detectors/generatorTraces.ts'
import { jpegSegment, riffChunk, u32be, withSegments } from '../hostile/blocks.ts'
import { photo, photoPixels, pngWithTexts, xmpPacket } from '../pictures.ts'
import { detect } from './photographs.ts'

/*
 * The places in a file, and in its pixels, where generators' records stand.
 */

const parameters = 'a red house by the sea\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1234567, Size: 512x512, Model: dreamshaper_8'
const job = '0c5a9d3e-1b2c-4d5e-8f90-123456789abc'

/** A picture with a record in its lowest bits, column by column from the top left. */
async function stealthPng(form: string, text: string, { width = 128, height = 96 } = {}): Promise<Buffer> {
  const data = form.endsWith('comp') ? gzipSync(text) : Buffer.from(text)
  const bytes = Buffer.concat([Buffer.from(form, 'latin1'), u32be(data.length * 8), data])
  const isInColours = form.startsWith('stealth_rgb')
  const channels = isInColours ? 3 : 4
  const rgb = photoPixels(width, height)
  const pixels = Buffer.alloc(width * height * channels, 255)
  for (let at = 0; at < width * height; at++) for (let channel = 0; channel < 3; channel++) pixels[at * channels + channel] = rgb[at * 3 + channel]!
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const pixel = isInColours ? Math.floor(bit / 3) : bit
    const at = ((pixel % height) * width + Math.floor(pixel / height)) * channels + (isInColours ? bit % 3 : 3)
    pixels[at] = (pixels[at]! & 0xfe) | ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1)
  }
  return sharp(pixels, { raw: { width, height, channels } }).png().toBuffer()
}

/** Appends a chunk, and makes the file as long as it says. */
function webpWithChunk(webp: Buffer, type: string, data: Buffer): Buffer {
  const file = Buffer.concat([webp, riffChunk(type, data)])
  file.writeUInt32LE(file.length - 8, 4)
  return file
}

/** The segments of XMP's second packet, of 60,000 bytes each. */
function extendedXmp(packet: string): Buffer[] {
  const bytes = Buffer.from(packet)
  const segments: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 60_000) {
    const head = Buffer.concat([Buffer.from(`http://ns.adobe.com/xmp/extension/\0${'A1'.repeat(16)}`, 'latin1'), u32be(bytes.length), u32be(at)])
    segments.push(jpegSegment(0xe1, Buffer.concat([head, bytes.subarray(at, at + 60_000)])))
  }
  return segments
}

const traces: { name: string; file: () => Promise<Buffer>; generator: RegExp; measured?: { [key: string]: unknown } }[] = [
  {
    name: 'web UI with settings that hold commas',
    file: () => pngWithTexts({ parameters: `${parameters}, Lora hashes: "a: 1, b: 2", Version: f2.0.1v1.10.1` }),
    generator: /^Stable Diffusion \(Forge\)$/,
    measured: { 'Lora hashes': '"a: 1, b: 2"', Version: 'f2.0.1v1.10.1', negativePrompt: 'blurry' }
  },
  {
    name: 'ComfyUI, prompts behind nodes that combine',
    file: () =>
      pngWithTexts({
        prompt: JSON.stringify({
          1: { class_type: 'KSampler', inputs: { seed: 1, positive: ['2', 0], negative: ['5', 0] } },
          2: { class_type: 'ConditioningCombine', inputs: { conditioning_1: ['3', 0] } },
          3: { class_type: 'CLIPTextEncode', inputs: { text: ['4', 0] } },
          4: { class_type: 'PrimitiveString', inputs: { value: 'a green door' } },
          5: { class_type: 'CLIPTextEncode', inputs: { text: 'people' } }
        })
      }),
    generator: /^ComfyUI$/,
    measured: { prompts: ['a green door'], negativePrompt: 'people' }
  },
  {
    name: 'Grok',
    file: () => photo({ description: `Signature: ${'Ab1+'.repeat(20)}=`, exif: { IFD0: { Artist: job } } }),
    generator: /^Grok$/
  },
  {
    name: 'IPTC’s fields for generated pictures',
    file: () => photo({ xmp: xmpPacket({ 'Iptc4xmpExt:AISystemUsed': 'Paintbot', 'Iptc4xmpExt:AISystemVersionUsed': '3', 'Iptc4xmpExt:AIPromptInformation': 'a red house' }) }),
    generator: /^Paintbot$/,
    measured: { version: '3', prompt: 'a red house' }
  },
  { name: 'Apple Image Playground', file: () => photo({ xmp: xmpPacket({ 'photoshop:Credit': 'Apple Image Playground' }) }), generator: /^Apple Image Playground$/ },
  {
    name: 'a record behind the end of a JPEG',
    file: async () => Buffer.concat([await photo(), Buffer.from(parameters)]),
    generator: /^Stable Diffusion$/
  },
  {
    name: 'a record in a JPEG’s APP10',
    file: async () => withSegments(await photo(), jpegSegment(0xea, Buffer.from(parameters))),
    generator: /^Stable Diffusion$/
  },
  {
    name: 'a record in a chunk of a WebP’s own',
    file: async () => webpWithChunk(await photo({ format: 'webp' }), 'pmts', Buffer.from(parameters)),
    generator: /^Stable Diffusion$/
  },
  {
    name: 'EXIF in a PNG’s text, as ImageMagick writes it',
    file: async () => {
      const { exif } = await sharp(await photo({ exif: { IFD2: { UserComment: parameters } } })).metadata()
      return pngWithTexts({ 'Raw profile type exif': `\nexif\n${exif!.length}\n${exif!.toString('hex')}\n` }, 'zTXt')
    },
    generator: /^Stable Diffusion$/
  },
  {
    name: 'a second packet of XMP in a JPEG',
    file: async () => withSegments(await photo(), ...extendedXmp(xmpPacket({ 'xmp:CreatorTool': 'Adobe Firefly 3.0', 'xmp:Label': 'x'.repeat(100_000) }))),
    generator: /^Adobe Firefly$/
  },
  {
    name: 'XMP in a box of an AVIF',
    file: async () => {
      const packet = Buffer.concat([Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex'), Buffer.from(xmpPacket({ 'xmp:CreatorTool': 'Adobe Firefly 3.0' }))])
      return Buffer.concat([await photo({ format: 'avif', width: 64, height: 64 }), u32be(packet.length + 8), Buffer.from('uuid'), packet])
    },
    generator: /^Adobe Firefly$/
  },
  ...(['stealth_pnginfo', 'stealth_pngcomp', 'stealth_rgbinfo', 'stealth_rgbcomp'] as const).map((form) => ({
    name: `NovelAI’s record in the lowest bits (${form})`,
    file: () => stealthPng(form, JSON.stringify({ Software: 'NovelAI', Source: 'Stable Diffusion XL', Description: 'a red house', Comment: '{"seed": 9}' })),
    generator: /^NovelAI$/,
    measured: { seed: 9, prompt: 'a red house' }
  })),
  { name: 'a web UI’s record in the lowest bits', file: () => stealthPng('stealth_pngcomp', parameters), generator: /^Stable Diffusion$/ }
]

for (const { name, file, generator, measured = {} } of traces) {
  t.test(`${name}: the trace is found`, async (t) => {
    const { signals } = await detect(generatorTraces, await file())
    t.match(signals[0], { code: 'generator_trace', supports: 'ai_generated', measured })
    t.match(signals[0]?.measured.generator, generator)
  })
}

for (const credit of ['Edited with Google AI', 'Apple Photos Clean Up']) {
  t.test(`“${credit}” speaks of a photograph in which a part was generated`, async (t) => {
    t.match(await detect(generatorTraces, await photo({ xmp: xmpPacket({ 'photoshop:Credit': credit }) })), { signals: [{ code: 'generative_edit', supports: 'manipulated' }] })
  })
}

const innocent: { name: string; file: () => Promise<Buffer> }[] = [
  { name: 'a record in the lowest bits that ends too early', file: () => stealthPng('stealth_pnginfo', '{"Software": "NovelAI"}'.padEnd(2_000), { width: 64, height: 64 }) },
  { name: 'a record in the lowest bits that does not unfold', file: async () => stealthPng('stealth_pnginfo', 'no record at all') },
  { name: 'a signature of somebody else', file: () => photo({ description: `Signature: ${'Ab1+'.repeat(20)}`, exif: { IFD0: { Artist: 'A. Person' } } }) },
  { name: 'noise behind the end of a JPEG', file: async () => Buffer.concat([await photo(), Buffer.from(photoPixels(50, 50))]) },
  { name: 'a photographer’s credit', file: () => photo({ xmp: xmpPacket({ 'photoshop:Credit': 'Image Playground Studio' }) }) }
]
for (const { name, file } of innocent) {
  t.test(`${name} is no trace of a generator`, async (t) => {
    t.same((await detect(generatorTraces, await file())).signals, [])
  })
}
