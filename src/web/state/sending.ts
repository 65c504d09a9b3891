import { effect } from '@preact/signals'
import type { Analysis } from '../../client/openapi.ts'
import { pauseAfter } from '../../client/retry.ts'
import { ask, messageOf, Problem } from '../api.ts'
import { bytes } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { announce } from './announcements.ts'
import { deleteForGood } from './deletion.ts'
import { refusalOf } from './files.ts'
import { showLocally } from './localPictures.ts'
import { outcomesOf, reasonsOf, sendFiles, type Outcome } from './parcel.ts'
import { planLimits } from './plans.ts'
import { loadSession, session } from './session.ts'
import { addUploads, canRetry, drop, fail, findUpload, setStage, setStages, shownUploads, sizeOf, sum, unwanted, updateTaken, uploads, type Stage, type Upload } from './uploads.ts'

/** Brings files to the service: a few requests at a time, and each again until there is an answer to it. */

/** Requests at the same time; browsers allow six connections, and pages want some too. */
const AT_ONCE = 3
/** Fetching from an address takes as long as the other side takes. */
const FETCH_TIMEOUT_MS = 120_000
/** What a batch says of files that may be taken another time. */
const passing = new Set(['rate_limit_exceeded', 'quota_exceeded', 'storage_unavailable', 'storage_full', 'database_unavailable', 'too_busy', 'upload_incomplete', 'too_many_files'])

/** What goes in one request: files, or an address. */
interface Parcel {
  /** The same in each attempt: what the first one has made is made once. */
  key: string
  uploads: string[]
  /** Of the request that is under way. */
  abort: AbortController | undefined
  attempts: number
  /** How much of it has left, at most: what has arrived whole stays with the service. */
  sentBytes: number
}

const parcels = new Set<Parcel>()
const timers = new Set<ReturnType<typeof setTimeout>>()

/** Takes files in: several at once become a batch, or several where there are more than the plan lets into one. */
export async function addFiles(files: readonly File[]): Promise<void> {
  const added = addUploads(files.map((file) => ({ name: file.name, source: file })))
  for (const { key, source } of added) if (source instanceof File) showLocally(key, source)
  const { filesPerBatch, fileBytes } = await planLimits()
  const isTooLarge = ({ source }: Upload) => sizeOf(source) > fileBytes
  for (const { key, source } of added.filter(isTooLarge)) fail(key, texts.value.analyse.tooLarge(bytes(sizeOf(source)), bytes(fileBytes)), false)
  // Some may have been taken back meanwhile.
  const fitting = added.filter((upload) => !isTooLarge(upload) && findUpload(upload.key) !== undefined).map(({ key }) => key)
  for (let at = 0; at < fitting.length; at += filesPerBatch) makeParcel(fitting.slice(at, at + filesPerBatch))
}

/** Has the service fetch a file. */
export function addAddress(address: string): void {
  const [added] = addUploads([{ name: nameIn(address), source: { address } }])
  if (added !== undefined) makeParcel([added.key])
}

/** As the service will most likely call it. */
function nameIn(address: string): string {
  const name = new URL(address).pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name) || address
  } catch {
    return name
  }
}

function makeParcel(keys: string[]): void {
  parcels.add({ key: crypto.randomUUID(), uploads: keys, abort: undefined, attempts: 0, sentBytes: 0 })
  sendNext()
}

const parcelOf = (key: string): Parcel | undefined => [...parcels].find((parcel) => parcel.uploads.includes(key))
const sizeOfUpload = (key: string): number => sizeOf(findUpload(key)?.source ?? { address: '' })
const waits = ({ uploads: [first], abort }: Parcel): boolean => abort === undefined && first !== undefined && findUpload(first)?.stage.name === 'waiting'

function sendNext(): void {
  if (!session.peek()) return
  const free = AT_ONCE - [...parcels].filter(({ abort }) => abort !== undefined).length
  for (const parcel of [...parcels].filter(waits).slice(0, Math.max(0, free))) void send(parcel).finally(sendNext)
}

async function send(parcel: Parcel): Promise<void> {
  const abort = (parcel.abort = new AbortController())
  parcel.attempts++
  try {
    const answer = await request(parcel, abort.signal)
    parcels.delete(parcel)
    const outcomes = outcomesOf(parcel.uploads.map((key) => findUpload(key)?.name ?? ''), answer)
    parcel.uploads.forEach((key, at) => settle(key, outcomes[at]))
  } catch (error) {
    if (!abort.signal.aborted) failAll(parcel, error)
  } finally {
    if (parcel.abort === abort) parcel.abort = undefined
  }
}

function request(parcel: Parcel, signal: AbortSignal) {
  const sources = parcel.uploads.flatMap((key) => findUpload(key)?.source ?? [])
  const [first] = sources
  if (first !== undefined && 'address' in first) {
    for (const key of parcel.uploads) setStage(key, { name: 'storing' })
    const headers = { 'idempotency-key': parcel.key }
    return ask<Analysis>('/v1/analyses', { method: 'POST', json: { url: first.address }, headers, signal, timeoutMs: FETCH_TIMEOUT_MS })
  }
  const onSent = (sentBytes: number) => {
    parcel.sentBytes = Math.max(parcel.sentBytes, sentBytes)
    showSent(parcel, sentBytes)
  }
  showSent(parcel, 0)
  return sendFiles(sources as File[], { key: parcel.key, signal, onSent })
}

/** Files leave one after the other: so the progress of the request is that of each. */
function showSent({ uploads: keys }: Parcel, sentBytes: number): void {
  const stages = new Map<string, Stage>()
  let before = 0
  for (const key of keys) {
    const size = sizeOfUpload(key)
    const sent = Math.max(0, sentBytes - before)
    if (before > 0 && sent === 0) stages.set(key, { name: 'waiting' })
    else stages.set(key, sent >= size ? { name: 'storing' } : { name: 'sending', sentBytes: sent })
    before += size
  }
  setStages(stages)
}

function settle(key: string, outcome: Outcome | undefined): void {
  if (unwanted.peek().has(key)) {
    if (outcome !== undefined && 'analysis' in outcome) void deleteForGood([outcome.analysis])
    drop(key)
  } else if (outcome === undefined) {
    fail(key, texts.value.analyse.notTaken, true)
  } else if ('refusal' in outcome) {
    fail(key, refusalOf(outcome.refusal), passing.has(outcome.refusal.code))
  } else {
    setStage(key, { name: 'taken', ...outcome })
  }
}

/** The whole request failed. Where it may succeed later with nothing changed, it is sent again by itself. */
function failAll(parcel: Parcel, error: unknown): void {
  const problem = error instanceof Problem ? error : undefined
  if (problem?.status === 401) {
    for (const key of parcel.uploads) setStage(key, { name: 'waiting' })
    return void loadSession()
  }
  const isPassing = problem === undefined || problem.isPassing
  if (!isPassing) parcels.delete(parcel)
  const pauseMs = problem && pauseAfter(problem, parcel.attempts)
  const againAt = pauseMs === undefined ? undefined : Date.now() + pauseMs
  // The service still works on our own first attempt, whose connection broke.
  const isBusy = problem?.code === 'idempotency_key_in_flight'
  const reasons = problem === undefined || isBusy ? [] : reasonsOf(problem, parcel.uploads.length)
  const otherwise = isBusy ? texts.value.analyse.stillBusy : messageOf(error)
  for (const [at, key] of [...parcel.uploads].entries()) fail(key, reasons[at] ?? otherwise, isPassing, againAt)
  if (pauseMs === undefined) return
  const timer = setTimeout(() => {
    timers.delete(timer)
    sendAgain(parcel)
  }, pauseMs)
  timers.add(timer)
}

function sendAgain(parcel: Parcel): void {
  if (!parcels.has(parcel) || parcel.abort !== undefined) return
  for (const key of parcel.uploads) setStage(key, { name: 'waiting' })
  sendNext()
}

/** Sends again what has failed; with the others of its request, which failed as well. */
export function retry(key: string): void {
  const parcel = parcelOf(key)
  if (parcel === undefined) {
    setStage(key, { name: 'waiting' })
    return makeParcel([key])
  }
  parcel.attempts = 0
  sendAgain(parcel)
}

/** Sends again whatever has failed and may succeed: files that a batch has refused go in a batch again. */
export function retryAll(): void {
  const refused: string[] = []
  for (const { key, source } of shownUploads.peek().filter(canRetry)) {
    if (parcelOf(key) === undefined && source instanceof File) refused.push(key)
    else retry(key)
  }
  for (const key of refused) setStage(key, { name: 'waiting' })
  if (refused.length > 0) makeParcel(refused)
}

/** Takes a file back, wherever it is. @throws {Problem} when the service has it already, and does not let it go */
export async function cancel(key: string): Promise<void> {
  const upload = findUpload(key)
  if (upload?.stage.name === 'taken') {
    return updateTaken(await ask<Analysis>(`${upload.stage.analysis.links.self}/cancel`, { method: 'POST' }))
  }
  if (upload === undefined) return
  announce(texts.value.analyse.cancelled(upload.name))
  const parcel = parcelOf(key)
  if (parcel === undefined) drop(key)
  else takeOut(parcel, key)
}

/** The others of the request begin anew, which costs no second analysis: what has arrived of them is found by its bytes. */
function takeOut(parcel: Parcel, key: string): void {
  const rest = parcel.uploads.filter((other) => other !== key)
  // With the second file a batch is begun, and one file alone would not go into it when the request is sent anew.
  const isBegun = parcel.uploads.length > 1 && parcel.sentBytes >= sizeOfUpload(parcel.uploads[0] ?? '')
  const upTo = parcel.uploads.slice(0, parcel.uploads.indexOf(key) + 1)
  const hasLeft = parcel.sentBytes >= sum(upTo.map(sizeOfUpload))
  if (isBegun && rest.length > 0 && (hasLeft || rest.length === 1)) {
    unwanted.value = new Set(unwanted.peek()).add(key)
    return
  }
  stop(parcel)
  parcel.uploads = rest
  drop(key)
  if (rest.length === 0) parcels.delete(parcel)
  else if (!isBegun) parcel.key = crypto.randomUUID()
  sendNext()
}

function stop(parcel: Parcel): void {
  parcel.abort?.abort()
  parcel.abort = undefined
  for (const key of parcel.uploads) setStage(key, { name: 'waiting' })
}

/** Whoever has to sign in again finds their files where they were; for another account nothing stays. */
let owner: string | undefined
effect(() => {
  const accountId = session.value?.accountId
  if (accountId === owner) return sendNext()
  for (const parcel of parcels) if (parcel.abort !== undefined) stop(parcel)
  if (accountId === undefined) return
  if (owner !== undefined) forgetAll()
  owner = accountId
  sendNext()
})

function forgetAll(): void {
  for (const timer of timers) clearTimeout(timer)
  timers.clear()
  parcels.clear()
  for (const { key } of uploads.peek()) drop(key)
}

addEventListener('online', () => {
  for (const parcel of parcels) sendAgain(parcel)
})
