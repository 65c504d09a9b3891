import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { createClient, Problem, type Progress } from '../../src/client/index.ts'
import { photo } from '../engine/pictures.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground)
const { key } = await makeAccount(ground)
const client = createClient({ url, key })
const file = join(temporaryFolder(t), 'été 1.jpg')
await writeFile(file, await photo())

/** The problem that a call ends with. */
const problemOf = (call: Promise<unknown>): Promise<unknown> => call.then(() => undefined, (error: unknown) => error)

t.test('a file is analysed from wherever it comes, under its own name', async (t) => {
  const bytes = (seed: number) => photo({ seed })
  const sources = {
    path: file,
    'file address': pathToFileURL(file),
    File: new File([await bytes(2) as Uint8Array<ArrayBuffer>], 'été 1.jpg'),
    bytes: await bytes(3),
    'stream of Node.js': createReadStream(file),
    'stream of the web': new Blob([await bytes(4) as Uint8Array<ArrayBuffer>]).stream()
  }
  for (const [what, source] of Object.entries(sources)) {
    const named = what === 'bytes' || what.startsWith('stream') ? { fileName: 'été 1.jpg' } : {}
    const analysis = await client.analyze(source, named)
    t.match(analysis, { state: 'completed', verdict: 'inconclusive', fileName: 'été 1.jpg', mediaType: 'image/jpeg' }, what)
  }
})

t.test('what is analysed says how far it is, and a file that is none fails as an answer, not as an error', async (t) => {
  for (const source of [file, createReadStream(file)]) {
    const seen: Progress[] = []
    await client.analyze(source, { onProgress: (progress) => seen.push(progress) })
    const sending = seen.filter(({ state }) => state === 'sending')
    t.ok(sending.length > 0 && sending.at(-1)!.sentBytes > (await photo()).length, 'all bytes are counted')
    t.match(seen.at(-1), { state: 'completed', sentBytes: sending.at(-1)!.sentBytes })
  }
  const broken = Buffer.concat([(await photo()).subarray(0, 400), Buffer.alloc(4_000)])
  t.match(await client.analyze(broken), { state: 'failed', failure: { code: 'undecodable_file' } })
  t.match(await problemOf(client.analyze(Buffer.from('no picture'))), { code: 'unsupported_file_type', status: 415, isPassing: false })
})

t.test('a list is read page after page, as far as one goes on', async (t) => {
  const mine = createClient({ url, key: (await makeAccount(ground)).key })
  const made: string[] = []
  for (const seed of [1, 2, 3]) made.push((await mine.upload(await photo({ seed, width: 40, height: 40 }))).id)
  const listed: string[] = []
  for await (const { id } of mine.analyses.list({ limit: 2 })) listed.push(id)
  t.same(listed, made.toReversed())
  for await (const { id } of mine.analyses.list({ kind: 'image' })) {
    t.equal(id, made[2])
    break
  }
  for await (const analysis of mine.analyses.list({ kind: 'video' })) t.fail(analysis.id)
})

t.test('an analysis is read, disputed, downloaded from, and deleted', async (t) => {
  const { id, evidence } = await client.analyze(file)
  t.match(await client.analyses.get(id), { id, state: 'completed' })
  t.match(await client.analyses.feedback(id, { truth: 'authentic' }), { analysisId: id, truth: 'authentic', note: '' })
  const media = await client.analyses.media(id)
  t.equal(media.headers.get('content-type'), 'image/jpeg')
  t.ok(Buffer.from(await media.arrayBuffer()).equals(await photo()))
  const [picture] = evidence
  t.equal((await (await client.analyses.evidence(id, picture!.name)).arrayBuffer()).byteLength, picture!.sizeBytes)
  t.match(await problemOf(client.analyses.cancel(id)), { code: 'not_cancellable' })
  await client.analyses.delete(id)
  t.match(await problemOf(client.analyses.get(id)), { code: 'not_found' })
  t.match(await problemOf(client.analyses.media('../../v1/usage')), { code: 'not_found' })
})

t.test('several files are a batch, and a bad one fails alone', async (t) => {
  const { id } = await client.batches.upload([file, await photo({ seed: 12 }), new File(['no picture'], 'a.txt'), createReadStream(file)], { retention: 'none' })
  const batch = await client.batches.waitFor(id)
  t.equal(batch.analyses.length, 3)
  t.match(batch, { intake: 'received', counts: { completed: 3 }, refused: [{ fileName: 'a.txt', code: 'unsupported_file_type' }] })
  const [newest] = await Array.fromAsync(client.batches.list({ limit: 1 }))
  t.equal(newest?.id, id)
  t.match(await client.analyses.get(batch.analyses[0]!.id), { retention: 'none', batchId: id })
  await t.rejects(client.batches.upload([file]), RangeError)
})

t.test('every other request of the interface has its types', async (t) => {
  const { plan } = await client.request('GET /v1/usage')
  t.equal(plan, 'PREMIUM')
  const { secret } = await client.request('POST /v1/webhooks', { body: { url: 'https://hooks.example/', events: ['analysis.completed'] } })
  t.match(secret, /^whsec_/)
  const french = createClient({ url, key, language: 'fr' })
  t.match(await problemOf(french.request('DELETE /v1/api-keys/{id}', { params: { id: 'none/../..' } })), { code: 'not_found', title: /n’|aucun|rien/i })
  // @ts-expect-error -- its parameter is missing
  t.match(await problemOf(client.request('DELETE /v1/api-keys/{id}')), Problem)
})

t.test('a wrong key, a file that is not there and an address that is none say so', async (t) => {
  t.match(await problemOf(createClient({ url, key: 'ft_live_wrong' }).analyze(file)), { code: 'unauthorized', status: 401, requestId: String })
  t.match(await problemOf(client.analyze(join(file, 'none.jpg'))), { code: 'ENOTDIR' })
  t.match(await problemOf(client.analyze('https://nobody.invalid/a.jpg')), { code: 'url_not_fetchable' })
  t.match(await problemOf(client.analyze(new URL('ftp://nobody.invalid/'))), TypeError)
  t.throws(() => createClient({ url: 'nowhere' }), TypeError)
  t.throws(() => createClient({ url: 'ftp://nowhere' }), TypeError)
})

t.test('whoever gives up gives up everything: the upload, the wait, the list', async (t) => {
  const reason = new Error('enough')
  const aborted = () => AbortSignal.abort(reason)
  const calls = [
    client.analyze(file, { signal: aborted() }),
    client.analyses.waitFor('none', { signal: aborted() }),
    client.analyses.list({}, { signal: aborted() }).next(),
    client.events({ signal: aborted() }).next()
  ]
  for (const error of await Promise.all(calls.map(problemOf))) t.equal(error, reason)
  const stop = new AbortController()
  async function* endless() {
    for (;;) {
      yield new Uint8Array(1_000)
      stop.abort(reason)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  t.equal(await problemOf(client.analyze(endless(), { signal: stop.signal })), reason)
  async function* unreadable() {
    yield new Uint8Array(10)
    throw reason
  }
  t.equal(await problemOf(client.analyze(unreadable())), reason, 'and what breaks in a stream of one’s own is no problem of the service')
})
