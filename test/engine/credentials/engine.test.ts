import t from 'tap'
import { trustListOf } from '../../../src/engine/credentials/trustList.ts'
import { createEngine } from '../../../src/engine/pool.ts'
import { engineVersion } from '../../../src/engine/version.ts'
import { photo } from '../pictures.ts'
import { makeIdentity, pem } from './certificates.ts'
import { created, signedFile } from './signing.ts'

const root = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Root' })
const camera = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Camera', issuer: root })
const [list, other] = [trustListOf(pem(root)), trustListOf(pem(makeIdentity({ organisation: 'Others Ltd', commonName: 'Root' })))]
const file = await signedFile(await photo({ width: 64, height: 64 }), 'image/jpeg', [camera], { actions: [created('digitalCapture')] })

t.test('the trust list of the moment reaches the threads, and names the version of what they say', async (t) => {
  let current: typeof list | undefined
  const engine = createEngine({ threads: 1, deadlineMs: 30_000, trustList: () => current })
  t.teardown(() => engine.close())
  const expected = [
    { given: undefined, code: 'provenance_claimed', version: engineVersion },
    { given: list, code: 'captured_and_signed', version: `${engineVersion}+trust@${list.version}` },
    { given: other, code: 'provenance_claimed', version: `${engineVersion}+trust@${other.version}` }
  ]
  for (const { given, code, version } of expected) {
    current = given
    const report = await engine.analyze({ bytes: new Uint8Array(file).buffer, mediaType: 'image/jpeg' })
    t.ok(report.signals.some((signal) => signal.detector === 'content_credentials' && signal.code === code))
    t.equal(report.engineVersion, version)
    t.equal(engine.version, version)
  }
})
