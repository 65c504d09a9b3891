import t from 'tap'
import { readManifests } from '../../../src/engine/credentials/manifests.ts'
import { inYears } from './certificates.ts'

/** What the verifier reports of a manifest, in crJSON; the interesting codes of real files that can't be made here. */
const url = 'self#jumbf=/c2pa/urn:one/c2pa.signature'
const status = (code: string, at = url) => ({ code, url: at })
const valid = [status('claimSignature.validated'), status('signingCredential.trusted')]

interface Reported {
  success?: object[]
  failure?: object[]
  assertions?: object
  signature?: object
  claim?: object
}

function read({ success = valid, failure = [], assertions = {}, signature = {}, claim = { 'claim.v2': {} } }: Reported, hasTrustList = true) {
  const manifest = { label: 'urn:one', assertions, ...claim, signature, validationResults: { success, failure, informational: [] } }
  return readManifests({ manifests: [manifest] }, 'urn:one', hasTrustList)?.manifests[0]
}

t.test('a mismatch of which the same report also holds the match is a rule that was not kept, and no alteration', (t) => {
  const hash = 'self#jumbf=/c2pa/urn:one/c2pa.assertions/c2pa.hash.data'
  const failure = [status('assertion.dataHash.mismatch', hash)]
  t.match(read({ success: [...valid, status('assertion.dataHash.match', hash)], failure }), { mismatches: [], problems: ['assertion.dataHash.mismatch'] })
  t.match(read({ success: [...valid, status('assertion.dataHash.match', `${hash}__1`)], failure }), { mismatches: ['assertion.dataHash.mismatch'], problems: [] }, 'of another assertion')
  const long = `${hash}.${'x'.repeat(3_000)}`
  t.match(read({ success: [...valid, status('assertion.dataHash.match', `${long}1`)], failure: [status('assertion.dataHash.mismatch', `${long}2`)] }), { mismatches: ['assertion.dataHash.mismatch'] }, 'of another with a long name')
  t.match(read({ success: [...valid, status('assertion.boxesHash.match', hash)], failure }), { mismatches: ['assertion.dataHash.mismatch'] }, 'of another kind')
  t.end()
})

t.test('what is missing or not supported is no alteration', (t) => {
  const codes = ['assertion.missing', 'algorithm.unsupported', 'assertion.action.malformed', 'claim.hardBindings.missing', 'a.code.of.tomorrow']
  t.match(read({ failure: codes.map((code) => status(code)) }), { mismatches: [], problems: codes })
  t.end()
})

const trusts: { name: string; failure?: string[]; hasTrustList?: boolean; trust: string }[] = [
  { name: 'on the list', trust: 'listed' },
  { name: 'not on the list', failure: ['signingCredential.untrusted'], trust: 'not_listed' },
  { name: 'without a list', failure: ['signingCredential.untrusted'], hasTrustList: false, trust: 'no_list' },
  { name: 'expired, whether on the list or not', failure: ['signingCredential.untrusted', 'signingCredential.expired'], trust: 'expired' },
  { name: 'revoked', failure: ['signingCredential.ocsp.revoked'], trust: 'revoked' },
  { name: 'not made for signing', failure: ['signingCredential.invalid'], trust: 'invalid' }
]

for (const { name, failure = [], hasTrustList = true, trust } of trusts) {
  t.test(`a signer is told by the codes: ${name}`, (t) => {
    t.equal(read({ failure: failure.map((code) => status(code)) }, hasTrustList)?.trust, trust)
    t.end()
  })
}

t.test('a certificate that has run out is believed on the word of a time-stamping authority only when that one was checked', (t) => {
  const signature = {
    certificateInfo: { subject: { O: 'Cameras Ltd' }, validity: { notAfter: inYears(-1).toISOString() } },
    timeStampInfo: { timestamp: inYears(-2).toISOString(), certificateInfo: { subject: { CN: 'Time Ltd' } } }
  }
  const success = [...valid, status('timeStamp.validated'), status('timeStamp.trusted')]
  t.match(read({ success, signature }), { trust: 'listed', timeStamp: { authority: 'Time Ltd', isTrusted: true } })
  t.match(read({ success, signature, claim: { claim: {} } }), { trust: 'expired', timeStamp: { isTrusted: false } }, 'claims of version 1 take any authority')
  t.match(read({ success: [...valid, status('timeStamp.validated')], signature }), { trust: 'expired', timeStamp: { isTrusted: false } })
  t.match(read({ success: valid, signature }), { timeStamp: undefined }, 'a time stamp that does not fit is none')
  t.end()
})

t.test('what an earlier signer found in an ingredient is counted with what is found now', (t) => {
  const about = (code: string) => status(code, 'self#jumbf=/c2pa/urn:two/c2pa.signature')
  const ingredient = (extra: object) => ({ 'c2pa.ingredient.v3': { relationship: 'parentOf', activeManifest: { url: 'self#jumbf=/c2pa/urn:two' }, ...extra } })
  const inner = (extra: object, current: { success?: object[]; failure?: object[] } = {}) => {
    const outer = { label: 'urn:one', assertions: ingredient(extra), 'claim.v2': {}, validationResults: { success: valid } }
    return readManifests({ manifests: [outer, { label: 'urn:two', 'claim.v2': {}, validationResults: current }] }, 'urn:one', true)?.manifests[1]
  }
  const recorded = (success: string[], failure: string[]) => ({ validationResults: { activeManifest: { success: success.map(about), failure: failure.map(about) } } })
  t.match(inner(recorded(['claimSignature.validated', 'signingCredential.trusted'], [])), { isSignatureValid: true, trust: 'listed' })
  t.match(inner(recorded(['claimSignature.validated'], ['assertion.dataHash.mismatch'])), { mismatches: ['assertion.dataHash.mismatch'] })
  t.match(inner({ validationStatus: [about('claimSignature.mismatch')] }), { isSignatureValid: false, mismatches: ['claimSignature.mismatch'] }, 'as version 1 recorded it')
  t.match(inner(recorded(['claimSignature.validated', 'signingCredential.trusted'], []), { failure: [about('signingCredential.untrusted')] }), { trust: 'not_listed' }, 'the list of today counts')
  t.end()
})

t.test('nobody can talk a failure away by a manifest that they add to the store', (t) => {
  const hash = 'self#jumbf=/c2pa/urn:one/c2pa.assertions/c2pa.hash.data'
  const claiming = (about: string, results: object) => ({
    label: 'urn:added',
    'claim.v2': {},
    assertions: { 'c2pa.ingredient.v3': { relationship: 'parentOf', activeManifest: { url: `self#jumbf=/c2pa/${about}` }, validationResults: { activeManifest: results } } }
  })
  const altered = { label: 'urn:one', 'claim.v2': {}, validationResults: { success: valid, failure: [status('assertion.dataHash.mismatch', hash)] } }
  const added = claiming('urn:one', { success: [status('assertion.dataHash.match', hash)] })
  t.match(readManifests({ manifests: [altered, added] }, 'urn:one', true)?.manifests[0], { mismatches: ['assertion.dataHash.mismatch'] }, 'of the active manifest')

  // The verifier leaves out what it finds recorded, in whichever list: here that the signer is on no list, and that an action is malformed.
  const inner = { label: 'urn:inner', 'claim.v2': {}, validationResults: { success: [] } }
  const hidden = 'self#jumbf=/c2pa/urn:inner/c2pa.signature'
  const good = ['claimSignature.validated', 'signingCredential.trusted'].map((code) => status(code, hidden))
  const bad = ['signingCredential.untrusted', 'assertion.action.malformed'].map((code) => status(code, hidden))
  const outer = { ...altered, assertions: claiming('urn:inner', {}).assertions }
  const store = { manifests: [outer, inner, claiming('urn:inner', { success: [...good, ...bad] })] }
  t.match(readManifests(store, 'urn:one', true)?.manifests[1], { trust: 'not_listed', problems: ['assertion.action.malformed'] }, 'of an ingredient')
  t.end()
})

t.test('a report that is none, or holds what nobody expects, is no reason to break off', (t) => {
  t.equal(readManifests(null, undefined, true), undefined)
  t.equal(readManifests({ manifests: 'many' }, 'x', true), undefined)
  const odd = { manifests: [{ label: 7, assertions: { 'c2pa.actions': { actions: 'none' }, 'c2pa.ingredient': null, 'c2pa.actions__1': { actions: [null, { action: {} }] } }, claim: [], signature: 'mine', validationResults: { success: {}, failure: [null, 'x'] } }] }
  const trap = { toString: 1, valueOf: 1 }
  const entry = { claim: { created_assertions: [{ url: trap }] }, assertions: { 'c2pa.ingredient': { c2pa_manifest: { url: trap } }, 'c2pa.actions': { actions: [{ softwareAgentIndex: trap }] } } }
  t.ok(readManifests({ manifests: [{ ...entry, validationResults: { failure: [{ code: trap, url: trap }] } }] }, undefined, true))
  t.match(readManifests(odd, undefined, false)?.manifests[0], { label: '', signer: undefined, trust: 'no_list', isSignatureValid: false })
  t.end()
})

t.test('a store with more than is read is not called complete', (t) => {
  const actions = Array.from({ length: 201 }, () => ({ action: 'c2pa.edited' }))
  const report = { manifests: [{ label: 'urn:one', assertions: { 'c2pa.actions': { actions } }, 'claim.v2': {}, validationResults: {} }] }
  t.match(readManifests(report, 'urn:one', true), { isComplete: false })
  t.equal(readManifests(report, 'urn:one', true)?.manifests[0].actions.length, 200)
  t.end()
})
