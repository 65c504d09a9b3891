import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { fetchFile } from '../../src/intake/fetchFile.ts'
import { parseNetworks } from '../../src/platform/outbound/addresses.ts'
import { createOutbound, type Resolve } from '../../src/platform/outbound/outbound.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'
import { sendJson } from './forms.ts'

/** Somebody inside, who counts who comes; on IPv4 and IPv6. */
async function insider(t: Test): Promise<{ port: number; connections: () => number }> {
  let connections = 0
  const server: Server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  t.teardown(() => server.close())
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

const ground = await layGround(t)
const { url } = await startService(t, ground, { ROLES: 'api', FETCH_TIMEOUT_MS: '5000' })
const { key, accountId } = await makeAccount(ground)

t.test('an address that leads inside, or is none, is refused with a stable code, and nobody is called', async (t) => {
  const { port: p, connections } = await insider(t)
  const literals = [
    `http://127.0.0.1:${p}/`,
    `https://127.0.0.1:${p}/`,
    `http://2130706433:${p}/`,
    `http://0177.0.0.1:${p}/`,
    `http://0177.0.0.01:${p}/`,
    `http://0x7f.0.0.1:${p}/`,
    `http://0x7f000001:${p}/`,
    `http://0X7F.1:${p}/`,
    `http://017700000001:${p}/`,
    `http://127.1:${p}/`,
    `http://127.0.1:${p}/`,
    `http://127.0.0.1.:${p}/`,
    `http://127.255.255.254:${p}/`,
    `http://0.0.0.0:${p}/`,
    `http://0:${p}/`,
    `http://0x0:${p}/`,
    `http://[::]:${p}/`,
    `http://[::1]:${p}/`,
    `http://[0:0:0:0:0:0:0:1]:${p}/`,
    `http://[::ffff:127.0.0.1]:${p}/`,
    `http://[::ffff:7f00:1]:${p}/`,
    `http://[::127.0.0.1]:${p}/`,
    `http://[64:ff9b::127.0.0.1]:${p}/`,
    `http://[64:ff9b::a00:1]:${p}/`,
    `http://[64:ff9b:1::127.0.0.1]:${p}/`,
    `http://[2002:7f00:1::]:${p}/`,
    `http://[2001:0:7f00:1::]:${p}/`,
    `http://[fe80::1]:${p}/`,
    `http://[fc00::1]:${p}/`,
    `http://[fd00:ec2::254]/latest/meta-data/`,
    `http://[ff02::1]:${p}/`,
    'http://169.254.169.254/latest/meta-data/',
    'http://0xA9FEA9FE/latest/meta-data/',
    'http://2852039166/latest/meta-data/',
    'http://169.254.170.2/v2/credentials',
    'http://168.63.129.16/machine',
    'http://100.100.100.200/latest/',
    `http://100.64.0.1:${p}/`,
    `http://10.0.0.1:${p}/`,
    `http://172.16.0.1:${p}/`,
    `http://192.168.0.1:${p}/`,
    `http://192.0.2.1:${p}/`,
    `http://198.18.0.1:${p}/`,
    `http://224.0.0.1:${p}/`,
    `http://240.0.0.1:${p}/`,
    `http://255.255.255.255:${p}/`,
    `http://①②⑦.⓪.⓪.①:${p}/`,
    `http://127。0。0。1:${p}/`,
    `http://127%2e0%2e0%2e1:${p}/`
  ]
  const syntax = [
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'ftp://127.0.0.1/a.jpg',
    'data:image/png;base64,iVBORw0KGgo=',
    'javascript:alert(1)',
    'blob:http://127.0.0.1/x',
    'dict://127.0.0.1:11211/stat',
    `http://user:secret@127.0.0.1:${p}/`,
    `http://pictures.example@127.0.0.1:${p}/`,
    `http://pictures.example:80@127.0.0.1:${p}/`,
    `http://127.0.0.1:${p}\\@pictures.example/`,
    `http://127.0.0.1:${p}/\r\nHost: inside`,
    `http://127.0.0.1\t:${p}/`,
    `http://127.0.0.1 :${p}/`,
    ` http://127.0.0.1:${p}/`,
    `http://127.0.0.1:${p}/\u0000`,
    'http://pictures.example:22/',
    'http://pictures.example:25/',
    'http://pictures.example:65536/',
    'http://127.0.0.1:6379/',
    'http://',
    'http://[::1',
    'http://[fe80::1%25eth0]/',
    'http://pictures..example:99999/',
    '//127.0.0.1/a.jpg',
    '/etc/passwd',
    'pictures.example/a.jpg',
    '',
    `http://pictures.example/${'a'.repeat(3_000)}`
  ]
  for (const given of [...literals, ...syntax]) {
    const { status, body } = await sendJson(url, key, { url: given })
    t.match({ status, code: body.code }, { status: 400, code: 'invalid_url' }, JSON.stringify(given).slice(0, 80))
  }
  const names = [`http://localhost:${p}/`, `http://LOCALHOST:${p}/`, `http://localhost.:${p}/`, `http://inner.localhost:${p}/`, `http://ｌｏｃａｌｈｏｓｔ:${p}/`, 'http://nobody.invalid/', `http://nobody.invalid\\@127.0.0.1:${p}/`, 'http:///nobody.invalid/']
  const details = new Set<string>()
  for (const given of names) {
    const { status, body } = await sendJson(url, key, { url: given })
    t.match({ status, code: body.code }, { status: 422, code: 'url_not_fetchable' }, given)
    details.add(body.detail)
  }
  t.equal(details.size, 1, 'whether a name is there, and where it leads, is not told')
  t.equal(connections(), 0)
  t.ok(literals.length + syntax.length + names.length >= 80)
  const { rows } = await ground.database.query('SELECT 1 FROM analyses WHERE account_id = $1', [accountId])
  t.same(rows, [])
})

/** Fetches by a resolver of the test's own, where nothing is allowed but what the test says. */
const fetchBy = (given: string, resolve: Resolve, allowed = '') =>
  fetchFile(
    { outbound: createOutbound({ allowed: parseNetworks(allowed), resolve }), maxBytes: 1_000, timeoutMs: 3_000, signal: new AbortController().signal },
    given,
    async () => 'taken'
  )
const to =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

t.test('a name that leads inside, with whichever of its addresses, is not called', async (t) => {
  const { port, connections } = await insider(t)
  const inside = ['127.0.0.1', '10.0.0.1', '169.254.169.254', '100.64.0.1', '::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', 'fd00:ec2::254', '2002:7f00:1::', '0.0.0.0', '224.0.0.1']
  for (const address of inside) {
    for (const addresses of [[address], ['93.184.216.34', address], [address, '2606:4700::1111']]) {
      await t.rejects(fetchBy(`http://pictures.example:${port}/`, to(...addresses)), { code: 'url_not_fetchable', status: 422 }, addresses.join())
    }
  }
  t.equal(connections(), 0)
})

t.test('a name that changes between the check and the connection gains nothing by it', async (t) => {
  const { port, connections } = await insider(t)
  let asked = 0
  const rebinding: Resolve = async () => [{ address: asked++ === 0 ? '127.0.0.2' : '127.0.0.1', family: 4 }]
  // Nobody is at 127.0.0.2 for us: the first answer is checked, and is the one that is called.
  const refusing = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.2', resolve))
  t.teardown(() => refusing.close())
  await t.rejects(fetchBy(`http://rebind.example:${(refusing.address() as AddressInfo).port}/`, rebinding, '127.0.0.2/32'), { code: 'url_not_fetchable' })
  t.equal(asked, 1, 'asked once')
  await t.rejects(fetchBy(`http://rebind.example:${port}/`, rebinding, '127.0.0.2/32'), { code: 'url_not_fetchable' })
  t.equal(connections(), 0)
})

t.test('a redirect is checked like the first address', async (t) => {
  const { port, connections } = await insider(t)
  const outside = await startReceiver(t)
  // Only the outside's own address is allowed; "inside" is another address of this machine.
  const resolve: Resolve = async (name) => [{ address: name === 'inside.example' ? '127.0.0.2' : '127.0.0.1', family: 4 }]
  const start = `http://outside.example:${outside.port}/`
  const targets = [
    `http://127.0.0.2:${port}/`,
    `http://[::1]:${port}/`,
    `http://0x7f.0.0.2:${port}/`,
    `http://inside.example:${port}/`,
    `//inside.example:${port}/`,
    'http://169.254.169.254/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_PING',
    'data:image/png;base64,iVBORw0KGgo=',
    `http://user@127.0.0.1:${outside.port}/`,
    'http://outside.example:25/',
    `http://127.0.0.2:${port}\\@outside.example/`
  ]
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of targets) {
      outside.behave = answer(status, { location })
      await t.rejects(fetchBy(start, resolve, '127.0.0.1/32'), { code: 'url_not_fetchable', message: 'No answer could be had from there.' }, `${status} ${location}`)
    }
  }
  t.equal(connections(), 0)

  outside.received.length = 0
  outside.behave = answer(302, { location: '/again' })
  await t.rejects(fetchBy(start, resolve, '127.0.0.1/32'), { code: 'url_not_fetchable', message: /more than 5/ })
  t.equal(outside.received.length, 6, 'a loop ends after five')
  t.ok(outside.received.every(({ headers }) => headers.referer === undefined && headers.cookie === undefined && headers.authorization === undefined))
  outside.behave = (request, response) => {
    const hop = Number(request.path.slice(1) || 0)
    if (hop < 5) response.writeHead(302, { location: `/${hop + 1}` }).end()
    else response.end('here')
  }
  t.equal(await fetchBy(start, resolve, '127.0.0.1/32'), 'taken', 'five are followed')
})
