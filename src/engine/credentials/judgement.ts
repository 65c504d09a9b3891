import { isOf, labelIn, maxListed, members, objects, text, type Members } from './crJson.ts'

/**
 * What the codes of a verification say of one manifest.
 */

/** Why the name of a signer is believed, or is not. */
export type Trust = 'listed' | 'not_listed' | 'no_list' | 'expired' | 'revoked' | 'invalid'

export interface Judgement {
  trust: Trust
  isSignatureValid: boolean
  /** Codes of hashes and signatures that do not fit, less those of which the same report also holds the match. */
  mismatches: string[]
  /** All other codes of failures: rules of the format that were not kept, things that are missing or not supported. */
  problems: string[]
}

export interface Statuses {
  success: Status[]
  failure: Status[]
}

interface Status {
  code: string
  /** Of what was checked. Never cut: two assertions whose names begin alike are two. */
  url: string
}

/**
 * What the signers of other manifests found when they took one in, by its label. The verifier leaves out of its report what stands there
 * already and still holds, so both together are what is known; the hash of an ingredient's own picture can't be checked any
 * more by anyone.
 *
 * Anybody can add a manifest to a store, with records of their own. So a bad code counts in whichever list it stands, and is taken
 * back only by a match in the same record; a good one counts where nothing bad is known.
 */
export function recordedStatuses(entries: Members[]): Map<string, Statuses> {
  const recorded = new Map<string, Statuses>()
  for (const { assertions } of entries) {
    for (const [label, data] of Object.entries(members(assertions)).slice(0, maxListed)) {
      if (!isOf('c2pa.ingredient', label)) continue
      const about = labelIn(members(members(data).activeManifest ?? members(data).c2pa_manifest).url)
      const statuses = recordIn(members(data))
      for (const status of statuses) {
        const known = recordedOf(recorded, labelIn(status.url) ?? about ?? '')
        if (isSuccess(status.code)) known.success.push(status)
        else if (!isRemark(status.code) && !isMatchedIn(statuses, status)) known.failure.push(status)
      }
    }
  }
  return recorded
}

function recordedOf(recorded: Map<string, Statuses>, label: string): Statuses {
  const known = recorded.get(label) ?? { success: [], failure: [] }
  recorded.set(label, known)
  return known
}

/** Of an ingredient itself and of those inside of it; version 1 has one plain list. */
function recordIn({ validationResults, validationStatus }: Members): Status[] {
  const { activeManifest, ingredientDeltas } = members(validationResults)
  const results = [activeManifest, ...objects(ingredientDeltas).slice(0, maxListed).map(({ validationDeltas }) => validationDeltas)].map(members)
  const lists = results.flatMap(({ success, informational, failure }) => [success, informational, failure])
  return [...lists, validationStatus].flatMap((list) => objects(list).slice(0, maxListed).map(statusOf))
}

const isSuccess = (code: string) => /\.(?:match|validated|trusted|insideValidity|notRevoked|accessible)$/.test(code)
/** Codes that the specification calls informational. */
const isRemark = (code: string) =>
  /^timeStamp\.|\.ocsp\.(?:skipped|inaccessible)$|\.additionalExclusionsPresent$|^ingredient\.unknownProvenance$|\.deprecated$/.test(code)

export function statusesOf(results: unknown): Statuses {
  const { success, failure } = members(results)
  return { success: objects(success).slice(0, maxListed).map(statusOf), failure: objects(failure).slice(0, maxListed).map(statusOf) }
}

function statusOf(status: Members): Status {
  return { code: text(status.code) ?? '', url: typeof status.url === 'string' ? status.url : '' }
}

/** Each with the code by which the same check says that it went well (C2PA specification, “Validation status codes”). */
const mismatchCodes: ReadonlyMap<string, string> = new Map([
  ['assertion.dataHash.mismatch', 'assertion.dataHash.match'],
  ['assertion.bmffHash.mismatch', 'assertion.bmffHash.match'],
  ['assertion.boxesHash.mismatch', 'assertion.boxesHash.match'],
  ['assertion.collectionHash.mismatch', 'assertion.collectionHash.match'],
  ['assertion.hashedURI.mismatch', 'assertion.hashedURI.match'],
  ['claimSignature.mismatch', 'claimSignature.validated'],
  ['ingredient.manifest.mismatch', 'ingredient.manifest.validated'],
  ['ingredient.claimSignature.mismatch', 'ingredient.claimSignature.validated']
])

export function judge(current: Statuses, recorded: Statuses = { success: [], failure: [] }, hasTrustList: boolean): Judgement {
  const success = [...current.success, ...recorded.success]
  const failure = [...current.failure.filter((status) => !isMatchedIn(current.success, status)), ...recorded.failure]
  const codes = (statuses: Status[]) => [...new Set(statuses.map(({ code }) => code))]
  const mismatches = codes(failure.filter(({ code }) => mismatchCodes.has(code)))
  const matched = current.failure.filter((status) => isMatchedIn(current.success, status))
  return {
    trust: trustOf(codes(current.success), codes(current.failure), codes(recorded.success), codes(recorded.failure), hasTrustList),
    isSignatureValid: success.some(({ code }) => code === 'claimSignature.validated') && !mismatches.includes('claimSignature.mismatch'),
    mismatches,
    problems: codes([...failure, ...matched]).filter((code) => !mismatches.includes(code) && !code.startsWith('signingCredential.'))
  }
}

function isMatchedIn(statuses: Status[], { code, url }: Status): boolean {
  const match = mismatchCodes.get(code)
  return match !== undefined && statuses.some((other) => other.code === match && other.url === url)
}

/** What this verification says of the list counts; what an earlier signer's list said counts only where this one is silent, which means the same. */
function trustOf(success: string[], failure: string[], recordedSuccess: string[], recordedFailure: string[], hasTrustList: boolean): Trust {
  const failures = [...failure, ...recordedFailure]
  if (failures.some((code) => code === 'signingCredential.ocsp.revoked' || code === 'signingCredential.revoked')) return 'revoked'
  if (failures.includes('signingCredential.expired')) return 'expired'
  if (failures.includes('signingCredential.invalid')) return 'invalid'
  if (!hasTrustList) return 'no_list'
  if (failure.includes('signingCredential.untrusted')) return 'not_listed'
  if (success.includes('signingCredential.trusted')) return 'listed'
  return recordedSuccess.includes('signingCredential.trusted') && !recordedFailure.includes('signingCredential.untrusted') ? 'listed' : 'not_listed'
}
