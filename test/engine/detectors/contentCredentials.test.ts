import t from 'tap'
import type { TrustList } from '../../../src/engine/detector.ts'
import { contentCredentials } from '../../../src/engine/detectors/contentCredentials.ts'
import { trustListOf } from '../../../src/engine/credentials/trustList.ts'
import { decodeImage } from '../../../src/engine/image.ts'
import { inEnglish } from '../../language/inEnglish.ts'
import { inYears, makeIdentity, pem } from '../credentials/certificates.ts'
import { created, signedFile, type ManifestOptions } from '../credentials/signing.ts'
import { photo } from '../pictures.ts'

const root = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Cameras Root' })
const camera = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Camera 7', issuer: root })
const editor = makeIdentity({ organisation: 'Editors Ltd', commonName: 'Editor', issuer: root })
const expired = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Old Camera', issuer: root, notBefore: inYears(-4), notAfter: inYears(-2) })
const stranger = makeIdentity({ organisation: 'Nobody', commonName: 'Home-made', issuer: makeIdentity({ organisation: 'Nobody', commonName: 'Home-made Root' }) })
const trustList = trustListOf(pem(root))

const jpeg = await photo({ width: 64, height: 64 })
const capture = { actions: [created('digitalCapture')] }
const ai = { actions: [created('trainedAlgorithmicMedia', 'GPT-4o')], generator: 'ChatGPT' }
const sign = (identity = camera, options: ManifestOptions = capture) => signedFile(jpeg, 'image/jpeg', [identity], options)
/** A history that goes on from a file: it was opened, and these actions followed. */
const continued = (file: Uint8Array, ...actions: { [key: string]: unknown }[]): ManifestOptions => ({
  actions: [{ action: 'c2pa.opened', parameters: { ingredientIds: ['parent'] } }, ...actions],
  ingredients: [{ id: 'parent', file, mediaType: 'image/jpeg', relationship: 'parentOf' }]
})
const composed = (file: Uint8Array, ...actions: { [key: string]: unknown }[]): ManifestOptions => ({
  actions: [...actions, { action: 'c2pa.placed', parameters: { ingredientIds: ['part'] } }],
  ingredients: [{ id: 'part', file, mediaType: 'image/jpeg', relationship: 'componentOf' }]
})

async function examine(file: Uint8Array, list: TrustList | null = trustList) {
  const found = await contentCredentials.detect(await decodeImage(new Uint8Array(file), 'image/jpeg'), { trustList: list ?? undefined })
  const { signals, notChecked } = inEnglish(found)
  const find = (code: string) => signals.find((signal) => signal.code === code)
  return { signals, codes: signals.map(({ code }) => code), find, notChecked: notChecked.map(({ code }) => code) }
}

function withChange(file: Buffer, at: number): Buffer {
  const changed = Buffer.from(file)
  changed[at]! ^= 1
  return changed
}

const photograph = await sign()

t.test('a picture that a camera took and signed, whose signer is on the trust list, has positive proof', async (t) => {
  const { codes, find, notChecked } = await examine(photograph)
  t.same(codes, ['captured_and_signed', 'provenance_verified'])
  t.match(find('captured_and_signed'), { supports: 'authentic', log10LikelihoodRatio: 3, meaning: /Cameras Ltd \(Camera 7\)/ })
  t.same(notChecked, [])
})

t.test('without a trust list the signer is not checked, that is said, and nothing is called authentic', async (t) => {
  const { codes, find, notChecked } = await examine(photograph, null)
  t.same(codes, ['provenance_claimed'])
  t.match(find('provenance_claimed')?.meaning, /claimed and not verified/)
  t.same(notChecked, ['credentials_signer_not_checked'])
})

t.test('a signer who is unknown, or whose certificate has expired, is claimed and not verified, never a manipulator', async (t) => {
  for (const [identity, why] of [[stranger, /not on the trust list/], [expired, /expired/]] as const) {
    const { codes, find, signals } = await examine(await sign(identity))
    t.same(codes, ['provenance_claimed'])
    t.match(find('provenance_claimed')?.meaning, why)
    t.match(find('provenance_claimed')?.meaning, /claimed and not verified/)
    t.ok(signals.every(({ supports }) => supports === null))
  }
})

const alterations: { name: string; at: number; mismatch: string }[] = [
  { name: 'a byte of the picture', at: photograph.length - 100, mismatch: 'assertion.dataHash.mismatch' },
  { name: 'what the history says', at: photograph.indexOf('digitalCapture'), mismatch: 'assertion.hashedURI.mismatch' },
  { name: 'what was signed', at: photograph.indexOf('Test Camera'), mismatch: 'claimSignature.mismatch' }
]

for (const { name, at, mismatch } of alterations) {
  t.test(`${name} that was changed after signing is proof of an alteration, whoever signed`, async (t) => {
    for (const list of [trustList, null]) {
      const { find, codes } = await examine(withChange(photograph, at), list)
      t.match(find('altered_after_signing'), { supports: 'manipulated', log10LikelihoodRatio: 3, log10Nfa: null, measured: { mismatches: [mismatch] } })
      t.ok(codes.includes('provenance_broken'))
      t.notOk(codes.includes('captured_and_signed'))
    }
  })
}

t.test('a file that was cut short does not fit its hash, and was not altered for that', async (t) => {
  const large = await signedFile(await photo({ width: 640, height: 640 }), 'image/jpeg', [camera], capture)
  const { find, signals } = await examine(large.subarray(0, large.length - 4_000))
  t.match(find('damaged_after_signing'), { supports: null, meaning: /cut short/ })
  t.ok(signals.every(({ supports }) => supports === null))
})

t.test('an edit that leaves what the camera saw keeps the proof, one that does not takes it away', async (t) => {
  const edits: [action: string, isHarmless: boolean][] = [['c2pa.resized', true], ['c2pa.cropped', false], ['c2pa.color_adjustments', false], ['com.editor.magic', false]]
  for (const [action, isHarmless] of edits) {
    const { codes } = await examine(await sign(editor, continued(photograph, { action })))
    t.same(codes, [...(isHarmless ? ['captured_and_signed'] : []), 'provenance_verified'], action)
  }
})

t.test('each one who signed a step on the way must be on the trust list', async (t) => {
  t.same((await examine(await sign(stranger, continued(photograph)))).codes, ['provenance_claimed'])
  t.same((await examine(await sign(editor, continued(await sign(stranger))))).codes, ['provenance_verified'])
})

t.test('that a camera took it must be said by the signer, who does not answer for what is only passed on', async (t) => {
  t.same((await examine(await sign(camera, { ...capture, gathered: true }))).codes, ['provenance_verified'])
  t.same((await examine(await sign(camera, { actions: [created('humanEdits')] }))).codes, ['provenance_verified'])
  t.same((await examine(await sign(camera, { ...capture, claimVersion: 1 }))).codes, ['captured_and_signed', 'provenance_verified'])
})

t.test('a camera that also calls its picture generated has no proof', async (t) => {
  const metadata = { label: 'stds.iptc', data: { 'Iptc4xmpExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia' } }
  t.same((await examine(await sign(camera, { ...capture, assertions: [metadata] }))).codes, ['ai_declared', 'provenance_verified'])
})

t.test('a picture that its own history calls generated is claimed to be, whoever signed', async (t) => {
  for (const [identity, list] of [[camera, trustList], [stranger, trustList], [expired, trustList], [stranger, null]] as const) {
    const { find } = await examine(await sign(identity, ai), list)
    t.match(find('ai_declared'), { supports: 'ai_generated', log10LikelihoodRatio: 4, meaning: /generative AI \(GPT-4o\)/, measured: { scope: 'whole' } })
  }
})

t.test('a claim of AI in a history whose signature is broken is the file’s own word', async (t) => {
  const file = await sign(camera, ai)
  const { find } = await examine(withChange(file, file.indexOf('ChatGPT')))
  t.match(find('ai_declared'), { supports: 'ai_generated', log10LikelihoodRatio: 3, meaning: /no longer bears a valid signature/ })
  t.match(find('altered_after_signing'), { supports: 'manipulated' })
})

t.test('AI is found wherever in the chain it is declared', async (t) => {
  const generated = await sign(editor, ai)
  const wrapped = await examine(await sign(editor, { ...composed(generated), actions: [] }))
  t.match(wrapped.find('ai_declared'), { supports: 'ai_generated', measured: { program: 'GPT-4o' } }, 'the only thing in a manifest that says nothing of an origin')
  const twice = await examine(await sign(editor, continued(await sign(editor, continued(generated, { action: 'c2pa.cropped' })))))
  t.match(twice.find('ai_declared'), { supports: 'ai_generated' }, 'two steps back')
  const named = await examine(await sign(editor, { actions: [{ action: 'c2pa.created', softwareAgent: { name: 'Adobe Firefly' } }] }))
  t.match(named.find('ai_declared'), { supports: 'ai_generated' }, 'by the name of the program alone')
  const inMetadata = await examine(await sign(editor, { assertions: [{ label: 'stds.iptc', data: { 'Iptc4xmpExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia' } }] }))
  t.match(inMetadata.find('ai_declared'), { supports: 'ai_generated' }, 'in another assertion')
})

t.test('a generated part, or a generated change, makes no generated picture', async (t) => {
  const generated = await sign(editor, ai)
  const part = await examine(await sign(editor, composed(generated, created('humanEdits'))))
  t.match(part.find('ai_part_declared'), { supports: 'manipulated', log10LikelihoodRatio: 2.5, measured: { scope: 'part' }, meaning: /a part of it/ })
  const fill = { action: 'c2pa.edited', digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia' }
  const filled = await examine(await sign(editor, continued(photograph, fill)))
  t.match(filled.find('ai_part_declared'), { supports: 'manipulated', log10LikelihoodRatio: 2.5, measured: { scope: 'change' }, meaning: /added or replaced/ })
  for (const { codes } of [part, filled]) t.notOk(codes.includes('ai_declared') || codes.includes('captured_and_signed'))
})

t.test('what a model only looked at is not in the picture', async (t) => {
  const generated = await sign(editor, ai)
  const options = composed(generated, created('digitalCapture'))
  const { codes } = await examine(await sign(editor, { ...capture, ingredients: options.ingredients!.map((one) => ({ ...one, relationship: 'inputTo' })) }))
  t.notOk(codes.some((code) => code.startsWith('ai')))
  t.notOk(codes.includes('captured_and_signed'), 'though a camera’s picture is made of nothing else')
})

t.test('a composite is a declared one, and a composite that was put in says nothing', async (t) => {
  const composite = await sign(editor, { actions: [created('composite')] })
  t.match((await examine(composite)).find('composite_declared'), { supports: 'manipulated', log10LikelihoodRatio: 1 })
  t.same((await examine(await sign(editor, composed(composite, created('humanEdits'))))).codes, ['provenance_verified'])
})

t.test('a parent that was altered before the next step is a hint, a part that was altered is none', async (t) => {
  const altered = withChange(photograph, photograph.length - 100)
  const parent = await examine(await sign(editor, continued(altered)))
  t.match(parent.find('ingredient_altered'), { supports: 'manipulated', log10LikelihoodRatio: 1 })
  t.notOk(parent.codes.includes('altered_after_signing') || parent.codes.includes('captured_and_signed'))
  t.same((await examine(await sign(editor, composed(altered, created('humanEdits'))))).codes, ['provenance_verified'])
})

t.test('the whole chain is told as a structure: who, with what, which actions, and what was taken in', async (t) => {
  const { find } = await examine(await sign(editor, { ...continued(photograph, { action: 'c2pa.cropped' }), generator: 'Test Editor', title: 'cropped.jpg' }))
  const { active, manifests } = find('provenance_verified')!.measured as { active: string; manifests: { label: string; ingredients: { manifest: string }[] }[] }
  t.equal(manifests[0]?.label, active)
  t.match(manifests, [
    {
      title: 'cropped.jpg',
      generator: 'Test Editor 1.0',
      signer: { organisation: 'Editors Ltd', name: 'Editor', issuer: 'Cameras Ltd' },
      trust: 'listed',
      isSignatureValid: true,
      mismatches: [],
      actions: [{ name: 'c2pa.opened' }, { name: 'c2pa.cropped' }],
      ingredients: [{ relation: 'parentOf', mediaType: 'image/jpeg' }]
    },
    { signer: { name: 'Camera 7' }, actions: [{ name: 'c2pa.created', digitalSourceType: 'digitalCapture' }], ingredients: [] }
  ])
  t.equal(manifests[0]?.ingredients[0]?.manifest, manifests[1]?.label)
})

t.test('a file without credentials gives nothing at all', async (t) => {
  const { signals, notChecked } = await examine(jpeg)
  t.same([signals, notChecked], [[], []])
})
