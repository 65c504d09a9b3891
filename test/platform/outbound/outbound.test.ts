import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { parseNetworks } from '../../../src/platform/outbound/addresses.ts'
import { readExcerpt } from '../../../src/platform/outbound/excerpt.ts'
import { createOutbound, type Outbound, type OutboundRequest } from '../../../src/platform/outbound/outbound.ts'
import { answer, closeEarly, drip, flood, hang, startReceiver } from '../../harness/receiver.ts'

const here = parseNetworks('127.0.0.0/8')
const signal = new AbortController().signal
const post: OutboundRequest = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'hello', timeoutMs: 2_000, signal }
const address = (address: string) => ({ address, family: address.includes(':') ? 6 : 4 })

const send = (outbound: Outbound, url: string, request = post) =>
  outbound.request(url, request, async ({ status, body }) => ({ status, text: await readExcerpt(body, 100, 300) }))

t.test('a request reaches its receiver, with the name that it was sent to', async (t) => {
  const receiver = await startReceiver(t)
  const asked: string[] = []
  const outbound = createOutbound({
    allowed: here,
    resolve: async (name) => {
      asked.push(name)
      return [address('127.0.0.1')]
    }
  })
  t.same(await send(outbound, `http://hooks.example:${receiver.port}/a?b=c`), { status: 200, text: 'thank you' })
  t.match(receiver.received[0], { method: 'POST', path: '/a?b=c', body: 'hello', headers: { host: `hooks.example:${receiver.port}` } })
  t.same(asked, ['hooks.example'], 'asked once')
  t.same(await send(createOutbound({ allowed: here }), receiver.url), { status: 200, text: 'thank you' })
})

t.test('a name that leads inside, with whichever of its addresses, is refused before a byte is sent', async (t) => {
  const receiver = await startReceiver(t)
  const cases = [
    ['127.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['127.0.0.1', '8.8.8.8'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['2606:4700:4700::1111', '10.0.0.1'],
    ['169.254.169.254']
  ]
  for (const addresses of cases) {
    const outbound = createOutbound({ allowed: [], resolve: async () => addresses.map(address) })
    for (const protocol of ['http', 'https']) {
      await t.rejects(send(outbound, `${protocol}://hooks.example:${receiver.port}/`), { code: 'address_refused' }, addresses.join())
    }
  }
  for (const name of ['localhost', 'LOCALHOST']) {
    await t.rejects(send(createOutbound({ allowed: [] }), `http://${name}:${receiver.port}/`), { code: 'address_refused' }, name)
  }
  await t.rejects(send(createOutbound({ allowed: [] }), receiver.url), { code: 'address_refused' }, 'written out')
  t.same(receiver.received, [])
})

t.test('a name that changes its mind between the check and the connection gains nothing by it', async (t) => {
  const receiver = await startReceiver(t)
  let asked = 0
  // Harmless when it is checked, and inside when it is asked again: the connection goes to what was checked.
  const outbound = createOutbound({
    allowed: parseNetworks('127.0.0.2/32'),
    resolve: async () => [address(asked++ === 0 ? '127.0.0.2' : '127.0.0.1')]
  })
  await t.rejects(send(outbound, `http://rebind.example:${receiver.port}/`), { code: 'unreachable' }, 'nobody is there')
  t.equal(asked, 1)
  await t.rejects(send(outbound, `http://rebind.example:${receiver.port}/`), { code: 'address_refused' }, 'asked anew, checked anew')
  t.equal(asked, 2)
  t.same(receiver.received, [])
})

t.test('over TLS the name is what the other side is asked for, whatever its address', async (t) => {
  const hello = Promise.withResolvers<string>()
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => {
      hello.resolve(bytes.toString('latin1'))
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const outbound = createOutbound({ allowed: here, resolve: async () => [address('127.0.0.1')] })
  await t.rejects(send(outbound, `https://hooks.example:${port}/`), { code: /unreachable|tls_failed/ })
  t.match(await hello.promise, 'hooks.example')
  t.notMatch(await hello.promise, 'h2', 'HTTP/1.1 is all that is offered')
})

t.test('redirects are not followed, and no proxy of the environment is used', async (t) => {
  const inside = await startReceiver(t)
  const receiver = await startReceiver(t, answer(302, { location: inside.url }))
  const proxy = process.env.http_proxy
  process.env.http_proxy = inside.url
  t.teardown(() => {
    if (proxy === undefined) delete process.env.http_proxy
    else process.env.http_proxy = proxy
  })
  t.match(await send(createOutbound({ allowed: here }), receiver.url), { status: 302 })
  t.same(inside.received, [])
})

t.test('what hangs, drips, floods or breaks is bounded', async (t) => {
  const receiver = await startReceiver(t)
  const outbound = createOutbound({ allowed: here })
  const timed = async (work: Promise<unknown>) => {
    const begun = performance.now()
    const outcome = await work.catch((error: unknown) => error)
    return { outcome, ms: performance.now() - begun }
  }

  receiver.behave = hang
  const hung = await timed(send(outbound, receiver.url, { ...post, timeoutMs: 500 }))
  t.match(hung.outcome, { code: 'timed_out' })
  t.ok(hung.ms < 1_500, `it took ${hung.ms} ms`)

  receiver.behave = drip
  const dripped = await timed(send(outbound, receiver.url))
  t.match(dripped.outcome, { status: 200, text: /^\.+$/ })
  t.ok(dripped.ms < 1_500, `it took ${dripped.ms} ms`)

  receiver.behave = flood(10_000_000)
  t.match(await send(outbound, receiver.url), { status: 200, text: 'x'.repeat(100) })

  receiver.behave = closeEarly
  await t.rejects(send(outbound, receiver.url), { code: /unreachable|bad_answer/ })
  receiver.behave = (_request, response) => void response.socket?.destroy()
  await t.rejects(send(outbound, receiver.url), { code: 'unreachable' })
  receiver.behave = (_request, response) => void response.socket?.end('SSH-2.0-OpenSSH\r\n')
  await t.rejects(send(outbound, receiver.url), { code: 'bad_answer' })
  receiver.behave = answer(200, { 'x-long': 'a'.repeat(20_000) })
  await t.rejects(send(outbound, receiver.url), { code: 'bad_answer' })
  receiver.behave = answer(200, {}, 'a\u0000b\u001b[31mc')
  t.same(await send(outbound, receiver.url), { status: 200, text: 'a\u{FFFD}b\u{FFFD}[31mc' })

  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(() => silent.close())
  const { port } = silent.address() as AddressInfo
  await t.rejects(send(outbound, `https://127.0.0.1:${receiver.port}/`), { code: 'tls_failed' }, 'no TLS there')
  await t.rejects(send(outbound, `http://127.0.0.1:${port}/`, { ...post, timeoutMs: 300 }), { code: 'timed_out' })
  await t.rejects(send(outbound, 'http://127.0.0.1:1025/'), { code: 'unreachable' })
  await t.rejects(send(createOutbound({ allowed: [], resolve: async () => [] }), 'http://nobody.example/'), { code: 'name_not_found' })
  const never = createOutbound({ allowed: [], resolve: () => new Promise(() => undefined) })
  await t.rejects(send(never, 'http://slow.example/', { ...post, timeoutMs: 300 }), { code: 'timed_out' }, 'a resolver that is silent')
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 100)
  receiver.behave = hang
  await t.rejects(send(outbound, receiver.url, { ...post, signal: stop.signal }), { code: 'interrupted' })
})
