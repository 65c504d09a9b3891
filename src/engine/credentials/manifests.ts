import { isOf, labelIn, maxListed, members, objects, text, type Members } from './crJson.ts'
import { judge, recordedStatuses, statusesOf, type Judgement, type Statuses } from './judgement.ts'

/**
 * What is taken from a verifier's report, which is in crJSON (the C2PA's JSON form of a manifest store). The names in it are the
 * specification's, the words were chosen by whoever signed.
 */

export interface Signer {
  /** Who the certificate was issued for. */
  organisation: string | undefined
  name: string | undefined
  /** Who issued it. */
  issuer: string | undefined
  /** ISO 8601. */
  validUntil: string | undefined
}

export interface TimeStamp {
  /** ISO 8601. */
  time: string
  authority: string | undefined
  /** Whether the authority is on the trust list. Claims of version 1 are not checked for that by the verifier. */
  isTrusted: boolean
}

export interface Action {
  /** `c2pa.created`, `c2pa.edited`, or one of the signer's own. */
  name: string
  when: string | undefined
  softwareAgent: string | undefined
  /** The word of IPTC's vocabulary, without the address before it. */
  digitalSourceType: string | undefined
  /** Whether the signer answers for it (C2PA 2: a created assertion), or only passes it on (a gathered one). */
  isAttested: boolean
}

export interface Ingredient {
  title: string | undefined
  mediaType: string | undefined
  /** `parentOf`: what was opened; `componentOf`: put in; `inputTo`: used to make it. */
  relation: string
  /** The label of its manifest, where it has one in this store. */
  manifest: string | undefined
}

export interface Manifest extends Judgement {
  label: string
  title: string | undefined
  claimVersion: 1 | 2
  /** Adds to the history of a file that stays as it is. */
  isUpdate: boolean
  generator: string | undefined
  signer: Signer | undefined
  timeStamp: TimeStamp | undefined
  actions: Action[]
  /** Whether the signer says that there were more actions than are written down. */
  lacksActions: boolean
  ingredients: Ingredient[]
  /** Digital source types that stand in other assertions than actions. */
  declaredTypes: string[]
}

export interface Credentials {
  /** Whether signers could be compared with a trust list. */
  hasTrustList: boolean
  /** The active one, which is about the file as it is, first. */
  manifests: [Manifest, ...Manifest[]]
  /** False where more is in the store than was read. */
  isComplete: boolean
}

/** How deep an assertion is searched for a digital source type, and how many values of it. */
const maxDepth = 6
const maxValues = 2_000

/**
 * @param report crJSON
 * @param activeLabel the active manifest's label
 * @param hasTrustList whether the verifier was given anchors: without any, it calls every signer untrusted
 * @returns undefined where there is no manifest in it
 */
export function readManifests(report: unknown, activeLabel: string | undefined, hasTrustList: boolean): Credentials | undefined {
  const all = objects(members(report).manifests)
  const read = all.slice(0, maxListed)
  const active = read.find(({ label }) => label === activeLabel) ?? read[0]
  if (active === undefined) return undefined
  const recorded = recordedStatuses(read)
  // What others say of the active one counts for nothing: it is verified here and now, as a whole.
  const manifestOf = (entry: Members) => readManifest(entry, entry === active ? undefined : recorded.get(text(entry.label) ?? ''), hasTrustList)
  return {
    hasTrustList,
    manifests: [manifestOf(active), ...read.filter((entry) => entry !== active).map(manifestOf)],
    isComplete: all.length <= maxListed && read.every(isWithinBounds)
  }
}

function isWithinBounds(entry: Members): boolean {
  const assertions = Object.entries(members(entry.assertions))
  const actions = assertions.filter(([label]) => isOf('c2pa.actions', label)).flatMap(([, data]) => objects(members(data).actions))
  return assertions.length <= maxListed && actions.length <= maxListed
}

function readManifest(entry: Members, recorded: Statuses | undefined, hasTrustList: boolean): Manifest {
  const claimVersion = entry.claim === undefined ? 2 : 1
  const claim = members(entry['claim.v2'] ?? entry.claim)
  const assertions = Object.entries(members(entry.assertions)).slice(0, maxListed)
  const labelled = (name: string) => assertions.filter(([label]) => isOf(name, label))
  const attested = new Set(objects(claim.created_assertions).map(({ url }) => (typeof url === 'string' ? url.split('/').at(-1) : undefined)))
  const current = statusesOf(entry.validationResults)
  const signer = signerOf(members(entry.signature))
  const timeStamp = timeStampOf(members(entry.signature), current, claimVersion)
  return {
    label: text(entry.label) ?? '',
    title: text(claim['dc:title']),
    claimVersion,
    isUpdate: entry.isUpdateManifest === true,
    generator: generatorOf(claim),
    signer,
    timeStamp,
    actions: labelled('c2pa.actions').flatMap(([label, data]) => actionsOf(members(data), claimVersion === 1 || attested.has(label))).slice(0, maxListed),
    lacksActions: labelled('c2pa.actions').some(([, data]) => members(data).allActionsIncluded === false),
    ingredients: labelled('c2pa.ingredient').map(([, data]) => ingredientOf(members(data))),
    declaredTypes: typesIn(assertions.filter(([label]) => !isOf('c2pa.actions', label) && !isOf('c2pa.ingredient', label)).map(([, data]) => data)),
    ...withoutOutlived(judge(current, recorded, hasTrustList), signer, timeStamp)
  }
}

function generatorOf(claim: Members): string | undefined {
  const info = Array.isArray(claim.claim_generator_info) ? (claim.claim_generator_info as unknown[])[0] : claim.claim_generator_info
  return program(info) ?? text(claim.claim_generator)
}

/** A program's name, with its version where that stands apart. */
function program(value: unknown): string | undefined {
  if (typeof value === 'string') return text(value)
  const { name, version } = members(value)
  return text(name) && [text(name), text(version)].filter(Boolean).join(' ')
}

function signerOf({ certificateInfo }: Members): Signer | undefined {
  if (certificateInfo === undefined) return undefined
  const { subject, issuer, validity } = members(certificateInfo)
  return {
    organisation: text(members(subject).O),
    name: text(members(subject).CN),
    issuer: text(members(issuer).O) ?? text(members(issuer).CN),
    validUntil: text(members(validity).notAfter)
  }
}

function timeStampOf({ timeStampInfo }: Members, { success }: Statuses, claimVersion: 1 | 2): TimeStamp | undefined {
  const { timestamp, certificateInfo } = members(timeStampInfo)
  const time = text(timestamp)
  const has = (code: string) => success.some((status) => status.code === code)
  if (time === undefined || !has('timeStamp.validated')) return undefined
  return { time, authority: text(members(members(certificateInfo).subject).CN), isTrusted: claimVersion === 2 && has('timeStamp.trusted') }
}

function actionsOf(data: Members, isAttested: boolean): Action[] {
  const agents = Array.isArray(data.softwareAgents) ? (data.softwareAgents as unknown[]) : []
  return objects(data.actions)
    .slice(0, maxListed)
    .map((action) => ({
      name: text(action.action) ?? '',
      when: text(action.when),
      softwareAgent: program(action.softwareAgent ?? (typeof action.softwareAgentIndex === 'number' ? agents[action.softwareAgentIndex] : undefined)),
      digitalSourceType: typeOf(action.digitalSourceType),
      isAttested
    }))
}

function ingredientOf(data: Members): Ingredient {
  return {
    title: text(data['dc:title']),
    mediaType: text(data['dc:format']),
    relation: text(data.relationship) ?? '',
    manifest: labelIn(members(data.activeManifest ?? data.c2pa_manifest).url)
  }
}

/** An address of IPTC's vocabulary or of the C2PA's, or its last word. */
function typeOf(value: unknown): string | undefined {
  return text(value)?.split('/').at(-1)
}

/** Members of any assertion that are named for IPTC's property, with or without a prefix. */
function typesIn(assertions: unknown[]): string[] {
  const found: string[] = []
  let seen = 0
  const search = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > maxDepth) return
    for (const [name, inner] of Object.entries(value)) {
      if (++seen > maxValues) return
      const type = /(?:^|:)digitalSourceType$/i.test(name) ? typeOf(inner) : undefined
      if (type === undefined) search(inner, depth + 1)
      else found.push(type)
    }
  }
  search(assertions, 0)
  return found.slice(0, maxListed)
}

/**
 * A certificate that has run out was good when it signed only if somebody believable says when that was. The verifier takes the word of
 * any authority for claims of version 1; with a certificate that was stolen and has run out, anybody could be that authority.
 */
function withoutOutlived(judged: Judgement, signer: Signer | undefined, timeStamp: TimeStamp | undefined): Judgement {
  const hasRunOut = Date.parse(signer?.validUntil ?? '') < Date.now()
  return judged.trust === 'listed' && hasRunOut && timeStamp?.isTrusted !== true ? { ...judged, trust: 'expired' } : judged
}
