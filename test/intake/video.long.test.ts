import t from 'tap'
import { film } from '../engine/video/films.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground)
const { key } = await makeAccount(ground)
const { send, upload, get } = client(url, key)

t.test('an uploaded video gets a verdict, its evidence, its facts, and is found by its kind', async (t) => {
  const bytes = await film({ width: 160, height: 120, frames: 30, sound: true })
  const { response, body } = await upload(bytes, { name: 'clip.mov', type: 'video/quicktime', prefer: 'wait=50' })
  t.equal(response.status, 200)
  t.match(body, { state: 'completed', kind: 'video', mediaType: 'video/mp4', verdict: 'inconclusive', failure: null })
  t.match(body.media, { width: 160, height: 120, durationSeconds: 1, frameRate: 30, videoCodec: 'avc', audioTracks: [{ codec: 'aac', channels: 2 }] })
  t.match(body.signals.map(({ detector }: { detector: string }) => detector).sort(), ['frame_timing', 'video_container'])

  const sheet = await send(body.evidence[0]!.url)
  t.equal(sheet.headers.get('content-type'), 'image/jpeg')
  const part = await send(body.links.media, { headers: { range: 'bytes=4-7' } })
  t.equal(part.status, 206)
  t.match([part.headers.get('content-type'), await part.text()], ['video/mp4', 'ftyp'])

  const again = await upload(bytes)
  t.match(again.body, { state: 'completed', cached: true, kind: 'video', media: body.media })
  t.equal((await (await send('/v1/analyses?kind=video')).json()).analyses.length, 2)
  t.equal((await (await send('/v1/analyses?kind=image')).json()).analyses.length, 0)
  t.equal((await get(body.id)).media?.videoCodec, 'avc')
})

t.test('a video that is cut before its index fails alone, and is not tried again', async (t) => {
  const bytes = await film({ width: 96, height: 64, frames: 12, container: 'mov' })
  const { body } = await upload(bytes.subarray(0, Math.floor(bytes.length / 2)), { prefer: 'wait=50' })
  t.match(body, { state: 'failed', attempt: 1, failure: { code: 'undecodable_file' } })
})
