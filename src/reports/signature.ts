import { decodeProtectedHeader, FlattenedSign, flattenedVerify } from 'jose'
import { isDeepStrictEqual } from 'node:util'
import type { Verdict } from '../engine/types.ts'
import type { SigningKey } from './signingKey.ts'
import type { PublicJwk } from './tables.ts'

/**
 * The signature of a report: a JWS whose payload is the PDF as it is, and stands beside it (RFC 7515 appendix F, RFC 7797).
 * With both files and our JWK Set, any JOSE library checks it without asking us; by hand, the Ed25519 signature is that of
 * the header as it stands before the first dot, a dot, and the bytes of the PDF.
 *
 * `alg` is `EdDSA`: RFC 9864 would rather have `Ed25519`, which many libraries do not know yet.
 */

/** What the report says, signed with it: programs need not read the PDF. */
export interface Statement {
  id: string
  mediaSha256: string
  verdict: Verdict
  engineVersion: string
  /** ISO 8601. */
  madeAt: string
}

/** @returns the compact form with its payload left out: `header..signature` */
export async function signReport(pdf: Uint8Array, report: Statement, { privateKey, jwk }: SigningKey): Promise<string> {
  const header = { alg: 'EdDSA', kid: jwk.kid, typ: 'faketect-report', b64: false, crit: ['b64'], report }
  const { protected: signed, signature } = await new FlattenedSign(pdf).setProtectedHeader(header).sign(privateKey)
  return `${signed}..${signature}`
}

/** Whether these bytes, and this statement, are what was signed by the key. */
export async function isSigned(pdf: Uint8Array, report: Statement, jws: string, jwk: PublicJwk): Promise<boolean> {
  const [header = '', , signature = ''] = jws.split('.')
  try {
    await flattenedVerify({ protected: header, payload: pdf, signature }, jwk, { algorithms: ['EdDSA'] })
  } catch {
    // Whatever is wrong with it: nobody may rely on it.
    return false
  }
  return isDeepStrictEqual(decodeProtectedHeader(jws).report, report)
}
