import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import t from 'tap'
import { extractText, getDocumentProxy } from 'unpdf'
import type { AnalysisResource } from '../../src/analyses/resource.ts'
import type { Analysis } from '../../src/analyses/moves.ts'
import { reportContent } from '../../src/reports/content.ts'
import { drawReport } from '../../src/reports/layout/document.ts'
import { drawPictures, reportedPictures, type ReportPicture } from '../../src/reports/pictures.ts'
import { openFilesystemStorage } from '../../src/platform/storage/filesystem.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { mulberry32 } from '../engine/pictures.ts'

const id = '01a20283-3668-70e0-b9e1-72395ac33b81'
const time = '2026-11-22T18:00:00.000Z'

const analysis: AnalysisResource = {
  id,
  state: 'completed',
  batchId: null,
  kind: 'image',
  fileName: 'a.jpg',
  mediaType: 'image/jpeg',
  sizeBytes: 1_234_567,
  sha256: '0f'.repeat(32),
  createdAt: time,
  queuedAt: time,
  startedAt: time,
  endedAt: time,
  attempt: 1,
  cached: false,
  degraded: null,
  verdict: 'manipulated',
  score: 0.97,
  summary: 'This was probably manipulated.',
  signals: [],
  notChecked: [],
  media: { mediaType: 'image/jpeg', width: 4000, height: 3000 },
  evidence: [],
  engineVersion: '1',
  retention: 'plan',
  purgedAt: null,
  failure: null,
  links: { self: '', media: '', thumbnail: null, preview: null }
}

const signal = (given: Partial<AnalysisResource['signals'][number]> = {}): AnalysisResource['signals'][number] => ({
  detector: 'copy_move',
  code: 'copied',
  supports: 'manipulated',
  log10LikelihoodRatio: 2.5,
  meaning: 'A part was copied.',
  measured: {},
  evidence: [],
  ...given
})

const evidence = (name: string) => ({ name, mediaType: 'image/png', caption: `Caption of ${name}`, sizeBytes: 1, url: '' })

async function drawn(given: Partial<AnalysisResource>, pictures: ReportPicture[] = []) {
  const facts = { id, madeAt: new Date(time), language: 'en' as const, address: `https://faketect.example/verify?report=${id}`, keysAddress: 'https://faketect.example/keys', leftOut: [] }
  const pdf = await drawReport(reportContent({ ...analysis, ...given }, facts), pictures)
  const { text, totalPages } = await extractText(await getDocumentProxy(new Uint8Array(pdf)))
  return { pdf, pages: totalPages, text: text.join(' ').replaceAll(/\s+/g, ' ') }
}

t.test('names and words of strangers can be in any script, as long as they like, and full of tricks', async (t) => {
  const hostile = await drawn({ fileName: 'invoice\u202Egpj.exe\u0000\u0007\u200B\uD800 写真 🦊 Ünïcödé Ελλάδα Россия שלום مرحبا नमस्ते.jpg' })
  t.match(hostile.text, 'invoicegpj.exe')
  t.match(hostile.text, 'Ünïcödé Ελλάδα Россия')
  t.match(hostile.text, /□□ □/)
  t.match(hostile.text, 'Letters that this document has no drawing for stand as □.')
  t.notMatch((await drawn({})).text, '□')
  const long = await drawn({ fileName: `${'x'.repeat(5_000)}.jpg`, summary: 'word '.repeat(3_000), signals: [signal({ meaning: 'y'.repeat(20_000) })] })
  t.match(long.text, /x…x.*x\.jpg/)
})

t.test('no mixture of letters breaks it', async (t) => {
  const random = mulberry32(7)
  const letter = () => String.fromCodePoint(Math.floor(random() * (random() < 0.8 ? 0x3000 : 0x1ffff)))
  for (let n = 0; n < 5; n++) {
    const words = () => Array.from({ length: 300 }, letter).join('')
    t.ok((await drawn({ fileName: words(), summary: words(), signals: [signal({ meaning: words() })] })).pages > 0)
  }
})

t.test('what was found stands with its strength in words, the strongest first, and what moves nothing last', async (t) => {
  const { text } = await drawn({
    signals: [
      signal({ meaning: 'Only context.', supports: null, log10LikelihoodRatio: 0 }),
      signal({ meaning: 'A weak one.', log10LikelihoodRatio: 0.4, supports: 'ai_generated' }),
      signal({ meaning: 'A strong one.', log10LikelihoodRatio: 3 }),
      signal({ meaning: 'One against it.', log10LikelihoodRatio: -1 })
    ]
  })
  t.match(text, /A strong one\. A strong sign that it was manipulated, estimated to be 1,000 times .*One against it\. A moderate sign that it was not manipulated.*A weak one\. A weak sign that it was made by AI, estimated to be 2\.5 times .*Context: .*Only context\./)
})

t.test('fields of the file are a table in which the suspicious ones are marked, and its history names who signed', async (t) => {
  const rows = [{ name: 'Model', value: 'X100' }, { name: 'DateTime', value: '1999:01:01', suspicious: true, reason: 'Before the camera was made' }]
  const manifests = [
    { label: '1', title: 'b.jpg', generator: 'Editor 1', signer: { organisation: 'Agency', name: 'Jo' }, timeStamp: { time }, trust: 'listed', isSignatureValid: true, mismatches: [], actions: [{ name: 'c2pa.color_adjustments' }], ingredients: [{ manifest: '2' }] },
    { label: '2', title: 'a.jpg', isSignatureValid: true, mismatches: ['assertion.dataHash.mismatch'], trust: 'listed' },
    'nonsense'
  ]
  const { text } = await drawn({
    signals: [
      signal({ detector: 'camera_fields', supports: null, log10LikelihoodRatio: 0, measured: { Make: 'not twice', rows } }),
      signal({ detector: 'content_credentials', supports: null, log10LikelihoodRatio: 0, measured: { manifests, isComplete: true } })
    ]
  })
  t.match(text, 'Model X100 DateTime 1999:01:01 Before the camera was made')
  t.notMatch(text, 'not twice')
  t.match(text, /Signed by Agency \(Jo\).*Its signer is on the trust list Time-stamped 22 Nov 2026, 18:00:00 UTC Made with Editor 1 Done: colours adjusted Made from: a\.jpg .*Signed by an unknown signer.*It no longer fits/)
})

t.test('only so many pictures are shown, and it is said that there are more', async (t) => {
  const many = Array.from({ length: 20 }, (_, n) => evidence(`${n}.png`))
  const given = { evidence: many, signals: [signal({ log10LikelihoodRatio: 1 }), signal({ log10LikelihoodRatio: 3, evidence: ['19.png'] })] }
  const { pictures, omitted } = reportedPictures({ ...analysis, ...given })
  t.equal(pictures.length, 12)
  t.equal(pictures[0]?.name, '19.png', 'those of the strongest signal are among them')
  t.equal(omitted, 8)
  const bytes = await sharp({ create: { width: 30, height: 20, channels: 3, background: '#123456' } }).jpeg().toBuffer()
  const { text } = await drawn(given, pictures.map(({ name }) => ({ name, bytes, width: 30, height: 20 })))
  t.match(text, '8 more are left out of this report')
  t.match(text, 'Caption of 19.png')
  t.notMatch(text, 'Caption of 11.png')
})

t.test('a mask is laid over the picture, whatever their sizes; without a picture to lay it over it is still shown', async (t) => {
  const storage = openFilesystemStorage(pathToFileURL(temporaryFolder(t)))
  async function* once(bytes: Buffer) {
    yield bytes
  }
  const green = await sharp({ create: { width: 2048, height: 1024, channels: 3, background: '#00ff00' } }).webp({ lossless: true }).toBuffer()
  const left = { create: { width: 50, height: 50, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 1 } } }
  const mask = await sharp({ create: { width: 100, height: 50, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .composite([{ input: await sharp(left).png().toBuffer(), left: 0, top: 0 }])
    .png()
    .toBuffer()
  await storage.put('preview', once(green), 'image/webp')
  await storage.put('mask', once(mask), 'image/png')
  const stored = { mediaType: 'image/png', caption: '', sizeBytes: 1 }
  const row = { evidence: [{ ...stored, name: 'preview.webp', layer: 'preview', key: 'preview' }, { ...stored, name: 'mask.png', layer: 'mask', key: 'mask' }, { ...stored, name: 'gone.png', key: 'gone' }] } as Analysis
  const pixel = async ({ bytes, width, height }: ReportPicture, x: number) => {
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    const at = ((height >> 1) * width + Math.floor(x * width)) * 3
    return [...data.subarray(at, at + 3)].map((value) => Math.round(value / 64))
  }
  const over = await drawPictures(storage, row, ['mask.png', 'gone.png'], AbortSignal.timeout(10_000))
  t.same(over.map(({ name, width, height }) => [name, width, height]), [['preview.webp', 1000, 500], ['mask.png', 1000, 500]])
  t.same(await pixel(over[1]!, 0.25), [4, 0, 0])
  t.same(await pixel(over[1]!, 0.75), [0, 4, 0])
  const alone = await drawPictures(storage, { ...row, evidence: row.evidence.slice(1) }, ['mask.png'], AbortSignal.timeout(10_000))
  t.same(await pixel(alone[0]!, 0.25), [4, 0, 0])
  t.same(await pixel(alone[0]!, 0.75), [4, 4, 4])
})
