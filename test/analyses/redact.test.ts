import t from 'tap'
import { modelPrefix } from '../../src/engine/verdict.ts'
import type { Analysis } from '../../src/analyses/moves.ts'
import { inclusions, redact, type Inclusion } from '../../src/analyses/redact.ts'
import { toResource, type AnalysisResource } from '../../src/analyses/resource.ts'
import { analyzeMedia } from '../../src/engine/analysis.ts'
import { detectors } from '../../src/engine/detectors/index.ts'
import { makeIdentity } from '../engine/credentials/certificates.ts'
import { created, signedFile } from '../engine/credentials/signing.ts'
import { photo, pngWithTexts, xmpPacket } from '../engine/pictures.ts'

/** A file as its owner sees it, examined by all detectors. */
async function analysed(file: Uint8Array, mediaType = 'image/jpeg'): Promise<AnalysisResource> {
  const { summary, signals, notChecked, media, verdict, score, engineVersion } = await analyzeMedia(file, mediaType, detectors)
  const row = { id: '0', fileName: 'x', findings: { summary, signals, notChecked, media }, verdict, score, engineVersion, evidence: [], createdAt: new Date(), failureCode: null }
  return toResource(row as unknown as Analysis, 'en')
}

const shown = (analysis: AnalysisResource, ...include: Inclusion[]) => JSON.stringify(redact(analysis, include))
const measuredBy = ({ signals }: AnalysisResource, detector: string) => signals.find((signal) => signal.detector === detector)?.measured

t.test('a camera’s file loses its place and the ids of its history, each unless it is wanted', async (t) => {
  const history = '<xmpMM:DerivedFrom rdf:parseType="Resource" xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#"><stRef:documentID>xmp.did:4711</stRef:documentID></xmpMM:DerivedFrom>'
  const analysis = await analysed(
    await photo({
      exif: {
        IFD0: { Make: 'Xiaomi', Model: '2201123G', ImageDescription: 'At home, Elm Street 7', Artist: 'Anna' },
        IFD2: { DateTimeOriginal: '2024:05:31 21:50:40', FNumber: '28/10' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '2/1 17/1 40/1', GPSDateStamp: '2024:05:31' }
      },
      xmp: xmpPacket({ 'xmp:CreatorTool': 'Adobe Photoshop 25.1' }, history)
    })
  )
  const secrets: { [secret: string]: Inclusion[] } = { '48.85833, 2.29444': ['location'], 'xmp.did:4711': ['serial_numbers'], 'Elm Street 7': ['location', 'prompts'] }
  for (const [secret, needs] of Object.entries(secrets)) {
    t.match(JSON.stringify(analysis), secret)
    t.notMatch(shown(analysis), secret)
    t.match(shown(analysis, ...needs), secret)
    for (const need of needs) t.notMatch(shown(analysis, ...inclusions.filter((one) => one !== need)), secret, `${secret} without ${need}`)
  }
  const { rows } = measuredBy(redact(analysis, []), 'camera_fields') as { rows: { name: string }[] }
  t.same(rows.map(({ name }) => name).filter((name) => name.startsWith('GPS')), [])
  t.match(rows, [{ name: 'Make', value: 'Xiaomi' }, { name: 'Model', value: '2201123G' }], 'a model is no serial number')
  t.match(shown(analysis), 'Adobe Photoshop 25.1')
})

t.test('what a generator was told is left out, how it was set stays', async (t) => {
  const parameters = 'Anna in a red house\nNegative prompt: blurry hands\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 4242, Model: dreamy, Lora hashes: "annas-face: 1a2b"'
  const webUi = await analysed(await pngWithTexts({ parameters }), 'image/png')
  for (const secret of ['red house', 'blurry hands', 'annas-face']) {
    t.match(JSON.stringify(webUi), secret)
    t.notMatch(shown(webUi, 'location', 'serial_numbers'), secret)
    t.match(shown(webUi, 'prompts'), secret)
  }
  t.match(measuredBy(redact(webUi, []), 'generator_traces'), { generator: 'Stable Diffusion', Steps: '20', Seed: '4242', Model: 'dreamy' })

  const graph = JSON.stringify({
    3: { class_type: 'KSampler', inputs: { seed: 1, steps: 20, sampler_name: 'euler', positive: ['6', 0] } },
    6: { class_type: 'CLIPTextEncode', inputs: { text: 'Anna in a red house' } }
  })
  const job = '0c5e1234-aaaa-bbbb-cccc-0123456789ab'
  for (const texts of [{ prompt: graph }, { Description: `Anna in a red house --v 6.1 Job ID: ${job}` }, { Software: 'NovelAI', Description: 'Anna in a red house' }]) {
    const analysis = await analysed(await pngWithTexts(texts), 'image/png')
    t.match(shown(analysis, 'prompts'), 'red house')
    t.notMatch(shown(analysis), 'red house')
    t.notMatch(shown(analysis), job, 'Midjourney shows the prompt under the number of the job')
  }
})

t.test('of Content Credentials no titles, no serial number of the camera that signed, and no label of its own are left', async (t) => {
  const root = makeIdentity({ organisation: 'Test Root', commonName: 'Test Root' })
  const camera = makeIdentity({ organisation: 'Leitz', commonName: 'Leitz M11 5671234', issuer: root })
  const first = await signedFile(await photo(), 'image/jpeg', [camera, root], { title: 'Anna at home.jpg', actions: [created('digitalCapture')] })
  const ingredients = [{ id: 'Anna at home.jpg', file: first, mediaType: 'image/jpeg', relationship: 'parentOf' as const }]
  const opened = { action: 'c2pa.opened', parameters: { ingredientIds: ['Anna at home.jpg'] } }
  const analysis = await analysed(await signedFile(await photo(), 'image/jpeg', [camera, root], { title: 'Anna.jpg', actions: [opened], ingredients }))
  const { active, manifests } = measuredBy(analysis, 'content_credentials') as { active: string; manifests: { label: string }[] }
  t.equal(manifests.length, 2)
  for (const secret of ['5671234', 'Anna', active, manifests[1]!.label]) {
    t.match(JSON.stringify(analysis), secret)
    t.notMatch(shown(analysis, 'location', 'prompts'), secret)
  }
  t.match(shown(analysis, 'serial_numbers'), '5671234')
  t.notMatch(shown(analysis, 'serial_numbers'), 'Anna')
  t.match(measuredBy(redact(analysis, []), 'content_credentials'), {
    active: 'manifest 1',
    manifests: [
      { label: 'manifest 1', signer: { organisation: 'Leitz', name: 'Leitz M11 …' }, ingredients: [{ relation: 'parentOf', manifest: 'manifest 2' }] },
      { label: 'manifest 2', actions: [{ name: 'c2pa.created' }] }
    ]
  })
  t.match(shown(analysis), 'in the name of Leitz M11 …')
})

t.test('an address that stands in the file is shown to its host', async (t) => {
  const identity = makeIdentity({ organisation: 'Test', commonName: 'Test' })
  const remote = await signedFile(await photo(), 'image/jpeg', [identity], { remoteUrl: 'https://anna:secret@credentials.example/annas-picture?key=1' })
  const analysis = await analysed(remote)
  t.match(JSON.stringify(analysis), 'annas-picture')
  t.match(shown(analysis), 'kept at https://credentials.example/… Addresses')
  t.notMatch(shown(analysis), /annas-picture|anna:secret/)
})

t.test('what nobody has said of that it may stay is left out', async (t) => {
  const analysis = await analysed(await photo({ exif: { IFD0: { Make: 'Canon', Model: 'EOS' } } }))
  const camera = analysis.signals.find(({ detector }) => detector === 'camera_fields')!
  const later: AnalysisResource = {
    ...analysis,
    signals: [
      { ...camera, measured: { ...camera.measured, BodySerialNumber: 'secret', rows: [{ name: 'BodySerialNumber', value: 'secret' }, { name: 'Make', value: 'Canon', where: 'secret' }, 'secret'] } },
      { ...camera, detector: 'a_later_one', measured: { text: 'secret', latitude: 48.85833 } },
      { ...camera, detector: `${modelPrefix}somebodys`, measured: { score: 0.5 } }
    ]
  }
  t.notMatch(shown(later, 'location', 'serial_numbers'), /secret|48.85833/)
  t.same(measuredBy(redact(later, []), `${modelPrefix}somebodys`), { score: 0.5 }, 'what a model of the operator says of the pixels stays')
  t.same(measuredBy(redact(later, []), 'camera_fields')?.rows, [{ name: 'Make', value: 'Canon' }])
  t.same(redact(later, inclusions), later, 'but where nothing is to be left out')
})

t.test('measurements of pixels stay as they are', async (t) => {
  const analysis = await analysed(await photo())
  t.ok(analysis.signals.length > 2)
  t.same(redact(analysis, []), analysis)
})
