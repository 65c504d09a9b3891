import { sign as ecdsa } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { initSync, WasmBuilder } from '@contentauth/c2pa-wasm'
import type { Identity } from './certificates.ts'

/**
 * Files with Content Credentials, signed in the test: the library's own builder puts the manifest together, and the
 * signature around the claim (COSE_Sign1, RFC 9052) is made here.
 */

export interface ManifestOptions {
  title?: string
  generator?: string
  /** 2 unless the manifest is to be as cameras of 2022 wrote them. */
  claimVersion?: 1 | 2
  actions?: { [key: string]: unknown }[]
  /** Whether the signer only passes the actions on, instead of answering for them. */
  gathered?: boolean
  assertions?: { label: string; data: unknown }[]
  /** An action is about one by its id: `parameters: { ingredientIds: [id] }`. */
  ingredients?: { id: string; file: Uint8Array; mediaType: string; relationship: 'parentOf' | 'componentOf' | 'inputTo' }[]
  /** Leaves the manifest out of the file, and this address in it. */
  remoteUrl?: string
}

const iptc = 'http://cv.iptc.org/newscodes/digitalsourcetype/'

/** The action with which every history begins. */
export const created = (digitalSourceType: string, softwareAgent?: string) => ({
  action: 'c2pa.created',
  digitalSourceType: iptc + digitalSourceType,
  ...(softwareAgent === undefined ? {} : { softwareAgent: { name: softwareAgent } })
})
export const edited = (digitalSourceType: string) => ({ action: 'c2pa.edited', digitalSourceType: iptc + digitalSourceType })

/** The room that the builder leaves for the signature; it has to be filled to the last byte, or the hashes are of another file. */
const reserveSize = 4_096

let isReady = false

export async function signedFile(file: Uint8Array, mediaType: string, chain: [Identity, ...Identity[]], options: ManifestOptions = {}): Promise<Buffer> {
  makeReady()
  const { title = 'picture', generator = 'Test Camera', claimVersion = 2, actions = [], gathered = false, assertions = [], ingredients = [], remoteUrl } = options
  const definition = {
    claim_version: claimVersion,
    claim_generator_info: [{ name: generator, version: '1.0' }],
    title,
    format: mediaType,
    assertions: [...(actions.length > 0 ? [{ label: 'c2pa.actions', data: { actions }, created: !gathered }] : []), ...assertions]
  }
  const settings = { verify: { verify_after_sign: false, remote_manifest_fetch: false }, builder: { thumbnail: { enabled: false } } }
  const builder = WasmBuilder.fromJson(JSON.stringify(definition), JSON.stringify(settings))
  for (const { id, file: ingredient, mediaType: format, relationship } of ingredients) {
    await builder.addIngredientFromBlob(JSON.stringify({ title: id, label: id, relationship }), format, blob(ingredient))
  }
  if (remoteUrl !== undefined) {
    builder.setRemoteUrl(remoteUrl)
    builder.setNoEmbed(true)
  }
  const signer = { alg: 'es256', reserveSize, sign: async (claim: Uint8Array) => coseSign1(claim, chain) }
  const signed = await builder.sign(signer, [], mediaType, blob(file))
  builder.free()
  return Buffer.from(signed)
}

/** Node.js has no synchronous reader of blobs, which the library asks for. */
function makeReady(): void {
  if (isReady) return
  isReady = true
  const reader = class {
    readAsArrayBuffer({ bytes }: { bytes: Uint8Array }): ArrayBuffer {
      return new Uint8Array(bytes).buffer
    }
  }
  Object.assign(globalThis, { FileReaderSync: reader })
  const wasm = createRequire(import.meta.url).resolve('@contentauth/c2pa-wasm/c2pa.wasm')
  initSync({ module: readFileSync(wasm) })
}

function blob(bytes: Uint8Array): Blob {
  return { bytes, size: bytes.length, slice: (from: number, to: number) => blob(bytes.subarray(from, to)) } as unknown as Blob
}

/** ES256 over the claim, with the certificates in the protected header (C2PA, section 13.2). */
function coseSign1(claim: Uint8Array, chain: readonly [Identity, ...Identity[]]): Uint8Array<ArrayBuffer> {
  const header = map([integer(1), integer(-7)], [integer(33), list(...chain.map(({ certificate }) => byteString(certificate)))])
  const toBeSigned = list(textString('Signature1'), byteString(header), byteString(new Uint8Array()), byteString(claim))
  const signature = ecdsa('sha256', toBeSigned, { key: chain[0].privateKey, dsaEncoding: 'ieee-p1363' })
  const signed = (padding: number) =>
    Buffer.concat([
      Buffer.from([0xd2]),
      list(byteString(header), map([textString('pad'), byteString(Buffer.alloc(padding))]), Buffer.from([0xf6]), byteString(signature))
    ])
  // The length field of a padding between 256 and 65,535 bytes takes two bytes more than that of none.
  return new Uint8Array(signed(reserveSize - signed(0).length - 2))
}

/** CBOR (RFC 8949), major type and value. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value])
  if (value < 0x100) return Buffer.from([(major << 5) | 24, value])
  if (value < 0x10000) return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff])
  const long = Buffer.from([(major << 5) | 26, 0, 0, 0, 0])
  long.writeUInt32BE(value, 1)
  return long
}

const integer = (value: number) => (value < 0 ? head(1, -1 - value) : head(0, value))
const byteString = (bytes: Uint8Array) => Buffer.concat([head(2, bytes.length), bytes])
const textString = (text: string) => Buffer.concat([head(3, Buffer.byteLength(text)), Buffer.from(text)])
const list = (...items: Buffer[]) => Buffer.concat([head(4, items.length), ...items])
const map = (...entries: [Buffer, Buffer][]) => Buffer.concat([head(5, entries.length), ...entries.flat()])
