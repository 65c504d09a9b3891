import t from 'tap'
import { verify } from '../../../src/engine/credentials/verifier.ts'
import { photo } from '../pictures.ts'
import { makeIdentity } from './certificates.ts'
import { created, signedFile } from './signing.ts'

const camera = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Camera', issuer: makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Root' }) })
const file = await signedFile(await photo({ width: 64, height: 64 }), 'image/jpeg', [camera], { actions: [created('digitalCapture')] })
const task = { bytes: file, mediaType: 'image/jpeg', anchors: undefined }

t.test('the library breaking down costs one file its credentials, and neither the process nor the next file', async (t) => {
  // More than its memory can ever hold: it traps, as it would on a fault of its own.
  const impossible = { ...task, bytes: { length: 3_500_000_000 } as Uint8Array }
  const [broken, next] = await Promise.all([verify(impossible), verify(task)])
  t.same(broken, { failed: 'crashed' })
  t.match(next, { report: /claimSignature\.validated/ })
})

t.test('memory that a large file took is given back before the next one', async (t) => {
  const memoryAfter = async (bytes: Uint8Array) => {
    const verification = await verify({ ...task, bytes })
    return 'memoryBytes' in verification ? verification.memoryBytes : 0
  }
  t.ok((await memoryAfter(Buffer.concat([file, Buffer.alloc(60_000_000)]))) > 96_000_000)
  const small = await memoryAfter(file)
  t.ok(small > 0 && small < 16_000_000)
})
