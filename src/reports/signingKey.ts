import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import type { PublicJwk } from './tables.ts'

/** What this machine signs its reports with. */
export interface SigningKey {
  privateKey: KeyObject
  jwk: PublicJwk
}

/** Where a machine keeps the key that it has made for itself, below its data. */
export const signingKeyFile = 'report-signing-key.pem'

/**
 * Reads an Ed25519 private key: PKCS#8 in PEM, also with its line breaks written `\n`, or a JWK.
 * @throws when it is none
 */
export function readSigningKey(text: string): KeyObject {
  const key = text.trimStart().startsWith('{')
    ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
    : createPrivateKey(text.replaceAll('\\n', '\n'))
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('It is not an Ed25519 key')
  return key
}

/**
 * The key to sign with, looked for when the first report is made: the configured one, else one of this machine's own,
 * which is made once.
 */
export function signingKeyOf(configured: KeyObject | undefined, dataDir: string): () => Promise<SigningKey> {
  let found: Promise<SigningKey> | undefined
  return () => {
    found ??= open().catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }

  async function open(): Promise<SigningKey> {
    const privateKey = configured ?? readSigningKey(await keptOrMade(dataDir))
    const { x } = await exportJWK(createPublicKey(privateKey))
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: String(x) } as const
    return { privateKey, jwk: { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' } }
  }
}

/** Of several processes that make one at the same time, all have that of the first: its file appears whole, and once. */
async function keptOrMade(dataDir: string): Promise<string> {
  const path = join(dataDir, signingKeyFile)
  const kept = await read(path)
  if (kept !== undefined) return kept
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  try {
    await writeFile(draft, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true })
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
