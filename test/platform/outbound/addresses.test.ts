import t from 'tap'
import { mayConnectTo, parseNetworks } from '../../../src/platform/outbound/addresses.ts'
import type { OutboundFailure } from '../../../src/platform/outbound/failure.ts'
import { readOutboundUrl } from '../../../src/platform/outbound/url.ts'

const refused = [
  // This host, loopback, private networks, link-local with its metadata services, carrier-grade NAT.
  '0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1',
  '169.254.169.254', '169.254.170.2', '100.64.0.1', '100.100.100.200', '168.63.129.16',
  // Reserved, documentation, benchmarking, multicast, broadcast.
  '192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1',
  '239.255.255.255', '240.0.0.1', '255.255.255.255',
  // The same in IPv6, and what is wrapped in it.
  '::', '::1', 'fe80::1', 'febf::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '100::1', '2001:db8::1',
  '3fff::1', '2001:2::1', '5f00::1', '4000::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '::ffff:10.0.0.1',
  '::127.0.0.1', '::10.0.0.1', '::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '64:ff9b:1::7f00:1',
  '64:ff9b:1::808:808', '2002:7f00:1::', '2002:808:808::1', '2001:0:7f00:1::1', '2001::1',
  // No address at all.
  '', 'localhost', '1.2.3', '::g', '999.1.1.1'
]

const reached = ['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '11.0.0.1', '2606:4700:4700::1111', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::808:808']

t.test('only addresses of the public internet are reached', async (t) => {
  for (const address of refused) t.equal(mayConnectTo(address, []), false, `${address} is refused`)
  for (const address of reached) t.equal(mayConnectTo(address, []), true, `${address} is reached`)
})

t.test('a network that is allowed in addition is reached in every form, and no other', async (t) => {
  const allowed = parseNetworks(' 10.1.0.0/16, fd00::/8 ,')
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00:ec2::254']) t.ok(mayConnectTo(address, allowed), address)
  for (const address of ['10.2.0.1', '127.0.0.1', 'fc00::1', '::1']) t.notOk(mayConnectTo(address, allowed), address)
  t.same(parseNetworks(''), [])
  t.throws(() => parseNetworks('10.0.0.0'))
  t.throws(() => parseNetworks('everything'))
})

t.test('an address is refused for what can be seen in it', async (t) => {
  const cases: Array<[string, OutboundFailure['code']]> = [
    ['http://127.0.0.1/', 'address_refused'],
    ['http://2130706433/', 'address_refused'],
    ['http://0177.0.0.1/', 'address_refused'],
    ['http://0x7f.1/', 'address_refused'],
    ['http://0x7f000001/', 'address_refused'],
    ['http://127.1/', 'address_refused'],
    ['http://127.0.0.1./', 'address_refused'],
    ['http://0/', 'address_refused'],
    ['http://①②⑦.⓪.⓪.①/', 'address_refused'],
    ['http://[::]/', 'address_refused'],
    ['http://[::1]:8080/', 'address_refused'],
    ['http://[::ffff:127.0.0.1]/', 'address_refused'],
    ['http://[::ffff:7f00:1]/', 'address_refused'],
    ['http://[0:0:0:0:0:ffff:a9fe:a9fe]/', 'address_refused'],
    ['https://169.254.169.254/latest/meta-data/', 'address_refused'],
    ['http://2852039166/', 'address_refused'],
    ['http://user@example.com/', 'url_refused'],
    ['http://user:pass@example.com/', 'url_refused'],
    ['http://example.com@127.0.0.1/', 'url_refused'],
    ['file:///etc/passwd', 'url_refused'],
    ['gopher://example.com/', 'url_refused'],
    ['ftp://example.com/', 'url_refused'],
    ['data:text/plain,a', 'url_refused'],
    ['blob:https://example.com/1', 'url_refused'],
    ['unix:/var/run/docker.sock', 'url_refused'],
    ['javascript:alert(1)', 'url_refused'],
    ['//example.com/', 'url_refused'],
    ['/hook', 'url_refused'],
    ['', 'url_refused'],
    ['https://', 'url_refused'],
    ['http://[fe80::1%25eth0]/', 'url_refused'],
    ['http://999.1.1.1/', 'url_refused'],
    ['https://example.com/\r\nx-evil: 1', 'url_refused'],
    ['https://exam\tple.com/', 'url_refused'],
    [' https://example.com/', 'url_refused'],
    ['https://example.com/a b', 'url_refused'],
    ['https://example.com/\u0000', 'url_refused'],
    ['https://example.com:25/', 'url_refused'],
    ['https://example.com:22/', 'url_refused'],
    ['https://example.com:0/', 'url_refused'],
    ['https://example.com:99999/', 'url_refused'],
    [`https://example.com/${'a'.repeat(2_048)}`, 'url_refused']
  ]
  for (const [given, code] of cases) {
    t.throws(() => readOutboundUrl(given, []), { code }, JSON.stringify(given).slice(0, 60))
  }
  const taken = ['https://example.com', 'http://example.com:8080/a?b=c', 'https://8.8.8.8/', 'https://[2606:4700:4700::1111]/', 'https://localhost.example/', 'https://bücher.example/']
  for (const given of taken) t.ok(readOutboundUrl(given, []), given)
  t.equal(readOutboundUrl('https://example.com/a#b', []).href, 'https://example.com/a')
  t.equal(readOutboundUrl('http://0x7f.1:8080/', parseNetworks('127.0.0.0/8')).host, '127.0.0.1:8080')
})
