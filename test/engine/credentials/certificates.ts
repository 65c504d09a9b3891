import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { isIP } from 'node:net'

/**
 * X.509 certificates (RFC 5280) made in code, as far as signers of Content Credentials need them: P-256 keys, one root and
 * those whom it signs.
 */

export interface Identity {
  name: string
  certificate: Buffer
  privateKey: KeyObject
  keyId: Buffer
}

export interface IdentityOptions {
  organisation: string
  commonName: string
  /** Signed by itself where left out. */
  issuer?: Identity
  /** Names and IPv4 addresses of a server that speaks TLS; without them it signs Content Credentials. */
  hosts?: string[]
  notBefore?: Date
  notAfter?: Date
}

export function makeIdentity({ organisation, commonName, issuer, hosts, notBefore = inYears(-2), notAfter = inYears(8) }: IdentityOptions): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = publicKey.export({ type: 'spki', format: 'der' })
  const keyId = createHash('sha1').update(key.subarray(-65)).digest()
  const name = distinguishedName(organisation, commonName)
  const isRoot = issuer === undefined
  const extensions = [
    extension('2.5.29.19', sequence(isRoot ? boolean(true) : Buffer.alloc(0)), true),
    // keyCertSign and cRLSign, or digitalSignature.
    extension('2.5.29.15', der(0x03, isRoot ? Buffer.from([1, 0x06]) : Buffer.from([7, 0x80])), true),
    extension('2.5.29.14', der(0x04, keyId)),
    extension('2.5.29.35', sequence(der(0x80, issuer?.keyId ?? keyId))),
    // serverAuth and clientAuth, or emailProtection, which the C2PA's first profile of certificates asks for.
    ...(isRoot ? [] : [extension('2.5.29.37', sequence(...(hosts === undefined ? [4] : [1, 2]).map((use) => oid(`1.3.6.1.5.5.7.3.${use}`))))]),
    ...(hosts === undefined ? [] : [extension('2.5.29.17', sequence(...hosts.map(subjectName)))])
  ]
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(createHash('sha1').update(name).update(key).digest().subarray(0, 15)),
    ecdsaWithSha256,
    issuer === undefined ? name : distinguishedNameOf(issuer),
    sequence(time(notBefore), time(notAfter)),
    name,
    key,
    der(0xa3, sequence(...extensions))
  )
  const signature = createSign('sha256').update(body).sign(issuer?.privateKey ?? privateKey)
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  names.set(certificate, name)
  return { name: commonName, certificate, privateKey, keyId }
}

export function pem({ certificate }: Identity): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g)!
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

export function inYears(years: number): Date {
  return new Date(Date.now() + years * 365.25 * 24 * 3_600_000)
}

const names = new WeakMap<Buffer, Buffer>()
const distinguishedNameOf = ({ certificate }: Identity) => names.get(certificate)!

/** One element of DER (X.690): tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...items: Buffer[]) => der(0x30, Buffer.concat(items))
const boolean = (value: boolean) => der(0x01, Buffer.from([value ? 0xff : 0]))
const text = (value: string) => der(0x0c, Buffer.from(value))

/** A subjectAltName: a dNSName or an iPAddress. */
const subjectName = (host: string) => (isIP(host) === 4 ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)))

/** Positive: a leading zero keeps a first bit from being read as the sign. */
function integer(value: Buffer): Buffer {
  return der(0x02, value[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), value]) : value)
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const base128 = (value: number): number[] => {
    const digits = [value & 0x7f]
    for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  }
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), der(0x04, value))
}

function distinguishedName(organisation: string, commonName: string): Buffer {
  const part = (id: string, value: string) => der(0x31, sequence(oid(id), text(value)))
  return sequence(part('2.5.4.10', organisation), part('2.5.4.3', commonName))
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
