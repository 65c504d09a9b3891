import { paragraph, sentence, type Sentence } from '../../language/sentence.ts'
import { chainOf, signedBy, signerOf, whoSigned } from '../credentials/chain.ts'
import type { Trust } from '../credentials/judgement.ts'
import type { Credentials, Manifest } from '../credentials/manifests.ts'
import { capture, declarations, isBelieved, type Declaration } from '../credentials/origin.ts'
import { readCredentials, type CredentialsReading } from '../credentials/read.ts'
import { findings, type Findings, type ImageDetector } from '../detector.ts'
import type { Signal } from '../types.ts'
import { claimOfType } from './digitalSourceType.ts'
import { contextSignal } from './signal.ts'

const detector = 'content_credentials'

/**
 * Content Credentials (C2PA): the signed history of the file's making, verified. Its strengths are not measured: a hash or a signature
 * that does not fit is a proof, and what a history says is as good as whoever signed it.
 */
export const contentCredentials: ImageDetector = {
  id: detector,
  kind: 'image',
  needsPixels: false,
  async detect({ bytes, mediaType, damaged }, { trustList }) {
    return credentialFindings(await readCredentials(bytes, mediaType, trustList), damaged)
  }
}

/**
 * @param isDamaged whether the file ends too early or can't be decoded in part: then its hash can't fit, which tells nothing of
 *   an alteration by hand
 */
export function credentialFindings({ credentials, notChecked }: CredentialsReading, isDamaged: boolean): Findings {
  if (credentials === undefined) return findings({ notChecked })
  const active = credentials.manifests[0]
  const signals = [alteration(active, isDamaged), captured(credentials), ...declared(credentials), alteredIngredient(credentials), provenance(credentials)]
  return findings({
    signals: signals.filter((signal) => signal !== undefined),
    notChecked: credentials.hasTrustList ? notChecked : [...notChecked, signerNotChecked]
  })
}

const signerNotChecked = {
  code: 'credentials_signer_not_checked',
  reason: sentence(
    'Who signed the Content Credentials was not checked: there is no trust list here. Without one, a camera’s signature and one that anybody made for themselves look the same.'
  )
}

/** What does not fit, and so what was changed since the file was signed. The picture's own hash says most, and is named first. */
const alterations: readonly (readonly [code: string, what: Sentence])[] = [
  ['assertion.dataHash.mismatch', sentence('the file is not the one that was signed')],
  ['assertion.bmffHash.mismatch', sentence('the file is not the one that was signed')],
  ['assertion.boxesHash.mismatch', sentence('the file is not the one that was signed')],
  ['assertion.collectionHash.mismatch', sentence('the file is not the one that was signed')],
  ['assertion.hashedURI.mismatch', sentence('a part of its signed history was replaced')],
  ['claimSignature.mismatch', sentence('its signed history itself was rewritten')]
]

function alteration({ mismatches, ...manifest }: Manifest, isDamaged: boolean): Signal | undefined {
  const [, what] = alterations.find(([code]) => mismatches.includes(code)) ?? []
  if (what === undefined) return undefined
  const about = { detector, measured: { mismatches, signer: whoSigned(manifest) ?? null } }
  if (isDamaged) {
    const meaning = sentence('The file no longer fits its Content Credentials. It is damaged or cut short, which alone explains that.')
    return contextSignal({ ...about, code: 'damaged_after_signing', meaning })
  }
  return {
    ...about,
    code: 'altered_after_signing',
    supports: 'manipulated',
    log10LikelihoodRatio: 3,
    log10Nfa: null,
    meaning: sentence(
      'The file was altered after it was signed (its Content Credentials bear the name of {signer}): {what}. Any change breaks the seal, from another picture to a caption that was added; what was changed it does not tell.',
      { signer: signerOf(manifest), what }
    ),
    evidence: []
  }
}

function captured(credentials: Credentials): Signal | undefined {
  const manifest = capture(credentials)
  if (manifest === undefined) return undefined
  return {
    detector,
    code: 'captured_and_signed',
    supports: 'authentic',
    log10LikelihoodRatio: 3,
    log10Nfa: null,
    meaning: sentence(
      'A camera took and signed this file (Content Credentials of {signer}), and what it shows was not changed since. A screen or a print in front of the camera would be signed just so.',
      { signer: signedBy(manifest, listedSigner(manifest)) }
    ),
    measured: { signer: whoSigned(manifest) ?? null, manifest: manifest.label },
    evidence: []
  }
}

const aiTypes = new Set(['trainedalgorithmicmedia', 'compositewithtrainedalgorithmicmedia', 'compositesynthetic'])
const isGenerated = ({ type }: Declaration) => type.toLowerCase() === 'trainedalgorithmicmedia'

/** The strongest declaration of AI or of several parts. Of a picture that is generated as a whole, nothing else matters. */
function declared(credentials: Credentials): Signal[] {
  const all = declarations(credentials)
  const whole = all.filter((one) => one.scope === 'whole' && isGenerated(one)).sort((a, b) => Number(isIntact(b)) - Number(isIntact(a)))[0]
  if (whole !== undefined) return [generatedSignal(whole)]
  const inParts = all
    // That a part was itself put together of parts says nothing of this picture.
    .filter(({ scope, type }) => scope !== 'part' || aiTypes.has(type.toLowerCase()))
    .map((one) => ({ one, weight: weightOf(one) }))
    .sort((a, b) => b.weight - a.weight)[0]
  return inParts === undefined ? [] : [compositeSignal(inParts.one, inParts.weight)]
}

const isIntact = ({ manifest }: Declaration) => manifest.isSignatureValid && manifest.mismatches.length === 0

function generatedSignal(one: Declaration): Signal {
  const ai = one.by === undefined ? sentence('a generative AI model') : generativeAi(one.by)
  return {
    detector,
    code: 'ai_declared',
    supports: 'ai_generated',
    // Whoever the signer is, a whole signature was made by a program that writes this history; a broken one is text in a file.
    log10LikelihoodRatio: isIntact(one) ? 4 : 3,
    log10Nfa: null,
    meaning: paragraph(sentence('Its Content Credentials say that it was made by {ai}.', { ai }), assurance(one.manifest)),
    measured: measuredOf(one),
    evidence: []
  }
}

/** A generated part, or a generated change, makes of the whole what the vocabulary calls a composite with AI in it. */
function weightOf(one: Declaration): number {
  const type = isGenerated(one) ? 'compositeWithTrainedAlgorithmicMedia' : one.type
  return claimOfType(type)!.log10LikelihoodRatio
}

function compositeSignal(one: Declaration, log10LikelihoodRatio: number): Signal {
  const isAi = aiTypes.has(one.type.toLowerCase())
  return {
    detector,
    code: isAi ? 'ai_part_declared' : 'composite_declared',
    supports: 'manipulated',
    log10LikelihoodRatio,
    log10Nfa: null,
    meaning: paragraph(saidOfParts(one), assurance(one.manifest)),
    measured: measuredOf(one),
    evidence: []
  }
}

const generativeAi = (by: string | undefined) => (by === undefined ? sentence('generative AI') : sentence('generative AI ({program})', { program: by }))

function saidOfParts(one: Declaration): Sentence {
  const ai = generativeAi(one.by)
  if (one.scope === 'part') return sentence('Its Content Credentials say that a part of it was made or changed by {ai}.', { ai })
  if (isGenerated(one)) return sentence('Its Content Credentials say that {ai} added or replaced something in it.', { ai })
  const type = claimOfType(one.type)!.says
  return one.by === undefined
    ? sentence('Its Content Credentials say what it is: {type}.', { type })
    : sentence('Its Content Credentials say what it is: {type} ({program}).', { type, program: one.by })
}

function measuredOf({ scope, type, by, manifest }: Declaration): Signal['measured'] {
  return { digitalSourceType: type, scope, program: by ?? null, signer: whoSigned(manifest) ?? null, manifest: manifest.label }
}

const listedSigner = (manifest: Manifest) => sentence('{signer}, who is on the trust list', { signer: signerOf(manifest) })

function assurance(manifest: Manifest): Sentence {
  if (!manifest.isSignatureValid || manifest.mismatches.length > 0) return sentence('That history no longer bears a valid signature: it is the file’s own word.')
  const signer = signerOf(manifest)
  return isBelieved(manifest)
    ? sentence('{signer} signed that, and is on the trust list.', { signer })
    : sentence('{signer} signed that; {doubt}.', { signer, doubt: doubts[manifest.trust] })
}

/** Why the signer's name is only claimed. */
const doubts: { readonly [trust in Trust]: Sentence } = {
  expired: sentence('the certificate has expired, so the name is claimed and not verified'),
  revoked: sentence('the certificate was withdrawn, so the name is claimed and not verified'),
  invalid: sentence('the certificate is not made for signing such histories, so the name is claimed and not verified'),
  not_listed: sentence('the signer is not on the trust list, so the name is claimed and not verified'),
  no_list: sentence('there is no trust list here, so the name is claimed and not verified'),
  listed: sentence('the signer is on the trust list, but the history does not keep all rules of its format')
}

/**
 * A picture that no longer fitted its own credentials when it became the parent of this one: somebody changed it outside of the history.
 * It may have been a caption, and the signer of today told it; hardly more than a hint.
 */
function alteredIngredient({ manifests }: Credentials): Signal | undefined {
  const parents = new Set(manifests.flatMap(({ ingredients }) => ingredients).filter(({ relation }) => relation === 'parentOf').map(({ manifest }) => manifest))
  const altered = manifests.slice(1).find(({ label, mismatches }) => mismatches.length > 0 && parents.has(label))
  if (altered === undefined) return undefined
  return {
    detector,
    code: 'ingredient_altered',
    supports: 'manipulated',
    log10LikelihoodRatio: 1,
    log10Nfa: null,
    meaning: sentence(
      'The history has a gap: an earlier state of the picture (Content Credentials of {signer}) was altered before the next step was signed.',
      { signer: signerOf(altered) }
    ),
    measured: { mismatches: altered.mismatches, signer: whoSigned(altered) ?? null, manifest: altered.label },
    evidence: []
  }
}

function provenance(credentials: Credentials): Signal {
  const active = credentials.manifests[0]
  const signer = signedBy(active, signerOf(active))
  const measured = chainOf(credentials)
  if (!active.isSignatureValid || active.mismatches.length > 0) {
    const meaning = sentence('The file carries Content Credentials (C2PA) in the name of {signer}. They no longer fit it.', { signer })
    return contextSignal({ detector, code: 'provenance_broken', meaning, measured })
  }
  if (!isBelieved(active)) {
    const meaning = sentence(
      'The file carries Content Credentials (C2PA) in the name of {signer}. They fit the file, which was not changed since it was signed; {doubt}.',
      { signer, doubt: doubts[active.trust] }
    )
    return contextSignal({ detector, code: 'provenance_claimed', meaning, measured })
  }
  const meaning = sentence('The file carries valid Content Credentials (C2PA) of {signer}. It was not changed since it was signed.', {
    signer: signedBy(active, listedSigner(active))
  })
  return contextSignal({ detector, code: 'provenance_verified', meaning, measured })
}
