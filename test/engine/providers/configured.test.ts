import t from 'tap'
import { openProviders } from '../../../src/engine/providers/configured.ts'
import { scriptedProvider } from '../../harness/scriptedProvider.ts'

const account = { url: new URL('http://127.0.0.1:9'), user: 'user', secret: 'secret' }
const detector = { url: new URL('http://127.0.0.1:9/score'), token: undefined, falseAlarmRate: 0.1 }

t.test('who is configured is asked, ours before those of a module', async (t) => {
  const idsOf = async (...config: Parameters<typeof openProviders>) => (await openProviders(...config)).map(({ id }) => id)
  const nobody = { sightengine: undefined, httpDetector: undefined, module: undefined }
  t.same(await idsOf(nobody, () => {}), [])
  t.same(await idsOf({ sightengine: account, httpDetector: detector, module: scriptedProvider.path }, () => {}), ['sightengine', 'http_detector', 'scripted'])
})

t.test('two of the same name are refused: their signals could not be told apart', async (t) => {
  const module = new URL('twins.ts', import.meta.url).pathname
  await t.rejects(openProviders({ sightengine: account, httpDetector: undefined, module }, () => {}), { message: 'Two providers have the id sightengine' })
})

t.test('that a provider is left alone is told with its name', async (t) => {
  const told: string[] = []
  const [provider] = await openProviders({ sightengine: undefined, httpDetector: detector, module: undefined }, (id, circuit) => told.push(`${id} ${circuit}`))
  t.teardown(() => provider?.close?.())
  const media = { bytes: new Uint8Array(10), mediaType: 'image/png' }
  // Nobody listens there: each call is refused, and with no time left none is repeated.
  for (let n = 0; n < 10; n++) await t.rejects(provider!.examine(media, new AbortController().signal, performance.now()), { code: 'unreachable' })
  t.same(told, ['http_detector open'])
  await t.rejects(provider!.examine(media, new AbortController().signal, performance.now()), { code: 'resting' })
})
