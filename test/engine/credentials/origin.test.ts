import t from 'tap'
import { readManifests } from '../../../src/engine/credentials/manifests.ts'
import { capture } from '../../../src/engine/credentials/origin.ts'

/** Histories that today's builder does not make: of version 1 of the claim, and updates. */
const success = ['claimSignature.validated', 'signingCredential.trusted'].map((code) => ({ code, url: '' }))
const type = 'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture'
const camera = { label: 'urn:camera', claim: {}, assertions: { 'c2pa.actions': { actions: [{ action: 'c2pa.created', digitalSourceType: type }] } }, validationResults: { success } }
const parent = { relationship: 'parentOf', c2pa_manifest: { url: 'self#jumbf=/c2pa/urn:camera' } }

function captured(step: object, assertions: object) {
  const manifest = { label: 'urn:step', claim: {}, ...step, assertions: { 'c2pa.ingredient': parent, ...assertions }, validationResults: { success } }
  return capture(readManifests({ manifests: [manifest, camera] }, 'urn:step', true)!)?.label
}

t.test('whoever has a camera’s picture as parent and does not say what was done with it has no proof', (t) => {
  t.equal(captured({}, { 'c2pa.actions': { actions: [{ action: 'c2pa.opened' }] } }), 'urn:camera')
  t.equal(captured({}, {}), undefined)
  t.equal(captured({}, { 'c2pa.actions': { actions: [{ action: 'c2pa.resized' }] } }), undefined)
  t.equal(captured({}, { 'c2pa.actions': { actions: [{ action: 'c2pa.opened' }], allActionsIncluded: false } }), undefined)
  t.end()
})

t.test('an update says nothing of actions, because the picture stays as it is', (t) => {
  t.equal(captured({ isUpdateManifest: true }, {}), 'urn:camera')
  t.end()
})

t.test('a history that goes in a circle ends', (t) => {
  const circle = { 'c2pa.ingredient': { ...parent, c2pa_manifest: { url: 'self#jumbf=/c2pa/urn:step' } } }
  t.equal(captured({}, { ...circle, 'c2pa.actions': { actions: [{ action: 'c2pa.opened' }] } }), undefined)
  t.end()
})
