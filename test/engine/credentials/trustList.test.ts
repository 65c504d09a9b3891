import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import pino from 'pino'
import t, { type Test } from 'tap'
import { openPublishedList } from '../../../src/engine/credentials/publishedList.ts'
import { openTrustList, trustListOf } from '../../../src/engine/credentials/trustList.ts'
import { makeIdentity, pem } from './certificates.ts'

const [one, other] = ['One', 'Other'].map((commonName) => pem(makeIdentity({ organisation: 'Cameras Ltd', commonName })))
const [first, second] = [trustListOf(one!), trustListOf(one! + other!)]
const silent = pino({ enabled: false })
const published = (url: URL, dataDir: string) => openPublishedList({ url, dataDir, check: trustListOf, log: silent })
const soon = () => AbortSignal.timeout(10_000)
const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'

t.test('a list is the certificates in it, whatever stands around them and in whichever order', (t) => {
  t.same(trustListOf(`# A comment\n${other}\r\nC=DE, O=…\n${one}${one}`), second)
  t.same(trustListOf(broken + one!), first, 'and less those that can’t be read')
  t.not(first.version, second.version)
  for (const text of ['', 'not a list', broken]) t.throws(() => trustListOf(text), /no certificate/)
  t.end()
})

t.test('a file is read at the start, and a missing one is a fault that nobody can overlook', async (t) => {
  const path = join(t.testdir({ 'list.pem': one! }), 'list.pem')
  const list = await openTrustList({ location: path, dataDir: t.testdirName, log: silent })
  t.same(list.current(), first)
  await list.close()
  await t.rejects(openTrustList({ location: `${path}.missing`, dataDir: t.testdirName, log: silent }), { name: 'TrustListError', cause: { code: 'ENOENT' } })
})

t.test('a published list is fetched once, kept on disk, and there again after a restart without its publisher', async (t) => {
  const gone = await publisher(t, (_request, response) => void response.end(one))
  const options = { location: gone.url.href, dataDir: join(t.testdir(), 'data'), log: silent }
  const list = await openTrustList(options)
  t.same(list.current(), first)
  await list.close()
  await gone.close()
  const again = await openTrustList(options)
  t.same(again.current(), first)
  await again.close()
  t.equal(gone.requests.length, 1)
})

t.test('a list that can’t be fetched at the start is none, and the log says so', async (t) => {
  const lines: string[] = []
  const { url } = await publisher(t, (_request, response) => void response.writeHead(503).end())
  const list = await openTrustList({ location: url.href, dataDir: t.testdir(), log: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }) })
  t.equal(list.current(), undefined)
  t.match(lines[0], /There is no trust list yet/)
  await list.close()
})

t.test('a kept list is asked after when it is a day old, and costs nothing when it has not changed', async (t) => {
  let unchanged = 0
  const { url, requests } = await publisher(t, (request, response) => {
    if (request.headers['if-none-match'] === '"v1"') {
      unchanged++
      response.writeHead(304).end()
    } else response.writeHead(200, { etag: '"v1"' }).end(one)
  })
  const dataDir = t.testdir()
  const list = await published(url, dataDir)
  t.equal(await list.refresh(soon()), one)
  t.equal(await list.refresh(soon()), undefined, 'not due')
  t.equal(requests.length, 1)
  await makeDue(dataDir)
  t.equal(await (await published(url, dataDir)).refresh(soon()), undefined, 'not changed')
  t.same([requests.length, unchanged], [2, 1])
  t.equal(await (await published(url, dataDir)).refresh(soon()), undefined, 'that it has not is kept as well')
  t.equal(requests.length, 2)
})

const failures: { name: string; answer: RequestListener; message?: RegExp }[] = [
  { name: 'an error', answer: (_request, response) => void response.writeHead(500).end(), message: /answered with 500/ },
  { name: 'a page instead of a list', answer: (_request, response) => void response.end('<html>Sign in</html>'), message: /no certificate/ },
  { name: 'a list that breaks off', answer: (_request, response) => void response.writeHead(200, { 'content-length': 10_000 }).write(one, () => response.destroy()) },
  { name: 'a list without end', answer: (_request, response) => void response.end(Buffer.alloc(6_000_000, one)), message: /too large/ },
  { name: 'a redirection to another protocol', answer: (_request, response) => void response.writeHead(302, { location: 'https://127.0.0.1:9/list.pem' }).end(), message: /another protocol/ },
  { name: 'a redirection in a circle', answer: (_request, response) => void response.writeHead(302, { location: '/again' }).end(), message: /too often/ }
]

for (const { name, answer, message = /./ } of failures) {
  t.test(`the last good list stays when the publisher sends ${name}`, async (t) => {
    let answering: RequestListener = (_request, response) => void response.end(one)
    const { url } = await publisher(t, (request, response) => answering(request, response))
    const dataDir = t.testdir()
    await (await published(url, dataDir)).refresh(soon())
    await makeDue(dataDir)
    answering = answer
    await t.rejects((await published(url, dataDir)).refresh(soon()), { message })
    const list = await openTrustList({ location: url.href, dataDir, log: silent })
    t.same(list.current(), first)
    await list.close()
  })
}

t.test('a new list takes the place of the old one, also from where the publisher has moved it', async (t) => {
  const { url } = await publisher(t, (request, response) => {
    if (request.url === '/moved.pem') response.end(one! + other!)
    else response.writeHead(301, { location: '/moved.pem' }).end()
  })
  const dataDir = t.testdir({ 'trust-list.json': JSON.stringify({ url: url.href, text: one, checkedAt: 0 }) })
  const list = await openTrustList({ location: url.href, dataDir, log: silent })
  t.same(list.current(), first)
  while (list.current()?.version === first.version) await new Promise((resolve) => setTimeout(resolve, 5))
  t.same(list.current(), second)
  await list.close()
})

t.test('what was kept of another address, or is damaged, is not taken', async (t) => {
  const url = new URL('https://example.org/list.pem')
  const contents = [JSON.stringify({ url: 'https://example.com/', text: one, checkedAt: 1 }), JSON.stringify({ url: url.href, text: 'none', checkedAt: 1 }), '{"url"', '']
  for (const content of contents) t.equal((await published(url, t.testdir({ 'trust-list.json': content }))).kept, undefined)
  t.equal((await published(url, t.testdir({ 'trust-list.json': JSON.stringify({ url: url.href, text: one, checkedAt: 1 }) }))).kept, one)
})

t.test('a list that can’t be kept on disk is used all the same, and the log says so', async (t) => {
  const { url } = await publisher(t, (_request, response) => void response.end(one))
  const lines: string[] = []
  const dataDir = join(t.testdir({ occupied: '' }), 'occupied')
  const list = await openTrustList({ location: url.href, dataDir, log: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }) })
  t.same(list.current(), first)
  t.match(lines[0], /can not be kept on disk/)
  await list.close()
})

async function publisher(t: Test, answer: RequestListener): Promise<{ url: URL; requests: string[]; close(): Promise<void> }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url!)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  t.teardown(close)
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/list.pem`), requests, close }
}

async function makeDue(dataDir: string): Promise<void> {
  const path = join(dataDir, 'trust-list.json')
  const kept = JSON.parse(await readFile(path, 'utf8')) as { checkedAt: number }
  await writeFile(path, JSON.stringify({ ...kept, checkedAt: kept.checkedAt - 25 * 3_600_000 }))
}
