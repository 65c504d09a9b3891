import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { readCredentials } from '../../../src/engine/credentials/read.ts'
import { trustListOf } from '../../../src/engine/credentials/trustList.ts'
import { heic, lightAndDark } from '../heic.ts'
import { mulberry32, photo, pngChunk, withPngChunks, xmpPacket } from '../pictures.ts'
import { film } from '../video/films.ts'
import { makeIdentity, pem } from './certificates.ts'
import { created, signedFile } from './signing.ts'

const root = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Root' })
const camera = makeIdentity({ organisation: 'Cameras Ltd', commonName: 'Camera', issuer: root })
const trustList = trustListOf(pem(root))
const actions = [created('digitalCapture')]
const signed = await signedFile(await photo({ width: 64, height: 64 }), 'image/jpeg', [camera], { actions })

t.test('credentials are read from every kind of file that can hold them', async (t) => {
  const formats = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const
  const pictures = formats.map(async (format) => [`image/${format}`, await photo({ width: 64, height: 64, format })] as const)
  const files = [...(await Promise.all(pictures)), ['image/heic', heic({ width: 64, height: 64, exif: Buffer.from('II*\0'), picture: lightAndDark })], ['video/mp4', await film()]] as const
  for (const [mediaType, file] of files) {
    const signedOne = await signedFile(file, mediaType, [camera], { actions })
    const { credentials, notChecked } = await readCredentials(signedOne, mediaType, trustList)
    t.match(credentials?.manifests[0], { trust: 'listed', isSignatureValid: true, mismatches: [], problems: [], actions: [{ name: 'c2pa.created' }] }, mediaType)
    t.same(notChecked, [], mediaType)
    const altered = Buffer.from(signedOne)
    altered[altered.length - 30]! ^= 1
    t.match((await readCredentials(altered, mediaType, trustList)).credentials?.manifests[0], { mismatches: [/\.mismatch$/] }, `${mediaType}, altered`)
  }
})

t.test('no address that stands in a file is ever called: not of its manifest, not in the manifest', async (t) => {
  let calls = 0
  const server = createServer((_request, response) => {
    calls++
    response.end()
  }).listen(0, '127.0.0.1')
  server.on('connection', () => calls++)
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/manifest.c2pa`

  const remote = await signedFile(await photo({ width: 64, height: 64 }), 'image/jpeg', [camera], { actions, remoteUrl: address })
  t.match(await readCredentials(remote, 'image/jpeg', trustList), { credentials: undefined, notChecked: [{ code: 'credentials_remote', reason: { values: { address } } }] })

  const xmp = xmpPacket({ 'xmlns:dcterms': 'http://purl.org/dc/terms/', 'dcterms:provenance': address })
  const linked = await photo({ width: 64, height: 64, xmp })
  t.match(await readCredentials(linked, 'image/jpeg', trustList), { notChecked: [{ code: 'credentials_remote' }] })
  // With a store that the library looks into, so that it meets the address by itself.
  const lost = Buffer.concat([linked, Buffer.from('jumdc2pa')])
  t.match(await readCredentials(lost, 'image/jpeg', trustList), { credentials: undefined, notChecked: [{ code: 'credentials_remote' }] })

  const assertions = [{ label: 'c2pa.cloud-data', data: { label: 'c2pa.metadata', size: 100, location: { url: address, alg: 'sha256', hash: 'AAAA' }, content_type: 'application/json' } }]
  const both = await signedFile(linked, 'image/jpeg', [camera], { actions, assertions })
  t.ok((await readCredentials(both, 'image/jpeg', trustList)).credentials)
  t.equal(calls, 0)
})

t.test('an address that is none of the web’s is not taken for a manifest kept elsewhere', async (t) => {
  for (const value of ['self#jumbf=/c2pa/x', 'javascript:alert(1)', '']) {
    const file = await photo({ width: 64, height: 64, xmp: xmpPacket({ 'xmlns:dcterms': 'http://purl.org/dc/terms/', 'dcterms:provenance': value }) })
    t.same(await readCredentials(file, 'image/jpeg', undefined), { credentials: undefined, notChecked: [] })
  }
})

t.test('a store that is cut, empty or absurd is not checked, and says so', async (t) => {
  const png = await photo({ width: 64, height: 64, format: 'png' })
  const store = (data: string) => withPngChunks(png, pngChunk('caBX', Buffer.from(data, 'latin1')))
  const files: [mediaType: string, file: Buffer][] = [
    ['image/jpeg', signed.subarray(0, 5_000)],
    ['image/png', store('\0\0\0\x20jumb\0\0\0\x19jumdc2pa')],
    ['image/png', store(`\0\0\0\x08jumb\0\0\0\x08jumdc2pa${'\0'.repeat(100)}`)],
    ['video/webm', Buffer.from('\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01jumdc2pa', 'latin1')]
  ]
  for (const [mediaType, file] of files) {
    const { credentials, notChecked } = await readCredentials(file, mediaType, trustList)
    t.equal(credentials, undefined)
    t.match(notChecked, [{ code: /^credentials_(?:unreadable|not_supported)$/ }])
  }
  const enormous = store('\x7f\xff\xff\xffjumb\0\0\0\x19jumdc2pa')
  t.match(await readCredentials(enormous, 'image/png', trustList), { notChecked: [{ code: 'credentials_too_large' }] })
})

t.test('whatever stands in a store, the next file is read as if nothing had been', async (t) => {
  const random = mulberry32(5)
  let silent = 0
  const [from, to] = [signed.indexOf('jumdc2pa') - 12, signed.indexOf('jumdc2pa') + 6_000]
  for (let round = 0; round < 150; round++) {
    const file = Buffer.from(signed)
    for (let change = 0; change <= round % 8; change++) file[from + Math.floor(random() * (to - from))] = Math.floor(random() * 256)
    const { credentials, notChecked } = await readCredentials(file, 'image/jpeg', trustList)
    if (credentials === undefined && notChecked.length === 0 && file.includes('jumdc2pa')) silent++
  }
  t.equal(silent, 0)
  const { credentials } = await readCredentials(signed, 'image/jpeg', trustList)
  t.match(credentials?.manifests[0], { trust: 'listed', mismatches: [] })
})

t.test('files that are read at the same time do not disturb each other', async (t) => {
  const other = await signedFile(await photo({ width: 64, height: 64, seed: 2 }), 'image/jpeg', [camera], { actions, title: 'other' })
  const read = await Promise.all([signed, other, signed, other].map((file) => readCredentials(file, 'image/jpeg', trustList)))
  t.same(read.map(({ credentials }) => credentials?.manifests[0].title), ['picture', 'other', 'picture', 'other'])
})
