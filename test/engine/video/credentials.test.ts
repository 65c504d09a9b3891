import t from 'tap'
import { analyzeMedia } from '../../../src/engine/analysis.ts'
import { trustListOf } from '../../../src/engine/credentials/trustList.ts'
import { detectors } from '../../../src/engine/detectors/index.ts'
import { makeIdentity, pem } from '../credentials/certificates.ts'
import { created, signedFile } from '../credentials/signing.ts'
import { film } from './films.ts'

const root = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Root' })
const camera = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Camera', issuer: root })
const trustList = trustListOf(pem(root))

for (const [container, mediaType] of [['mp4', 'video/mp4'], ['mov', 'video/quicktime']] as const) {
  const plain = await film({ width: 96, height: 64, frames: 4, container })
  const sign = (digitalSourceType: string) => signedFile(plain, mediaType, [camera], { actions: [created(digitalSourceType)] })
  const examine = (bytes: Uint8Array, withoutFrames?: 'crashed') => analyzeMedia(bytes, mediaType, detectors, { trustList }, { withoutFrames })

  t.test(`a video (${container}) that a listed camera signed is authentic, and one that was altered afterwards is manipulated`, async (t) => {
    const signed = await sign('digitalCapture')
    const report = await examine(signed)
    t.equal(report.verdict, 'authentic')
    t.match(report.signals[0], { detector: 'content_credentials', code: 'captured_and_signed', supports: 'authentic' })

    const altered = Buffer.from(signed)
    // A sample of the last frame, which does not keep it from being decoded.
    const index = altered.lastIndexOf('moov', undefined, 'latin1')
    altered[container === 'mov' ? index - 12 : altered.length - 12]! ^= 1
    const changed = await examine(altered)
    t.equal(changed.verdict, 'manipulated')
    t.match(changed.signals[0], { detector: 'content_credentials', supports: 'manipulated', measured: { mismatches: ['assertion.bmffHash.mismatch'] } })
    t.match((await examine(altered, 'crashed')).verdict, 'inconclusive', 'damage explains a hash that does not fit')
  })

  t.test(`a video (${container}) whose signed history names a generator is AI`, async (t) => {
    const report = await examine(await sign('trainedAlgorithmicMedia'))
    t.equal(report.verdict, 'ai_generated')
    t.ok(report.signals.some(({ detector, supports }) => detector === 'content_credentials' && supports === 'ai_generated'))
  })
}
