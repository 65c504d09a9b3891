import { noAnswer as noAnswerInEnglish, Problem, problemOf as problemInEnglish } from '../client/problem.ts'
import { ask as askOnce, type RequestOptions } from '../client/request.ts'
import { language } from './language/current.ts'
import { texts, textsAreThere } from './language/texts.ts'

/** What the service refused, or why it could not be asked, as the client for programs has it: here in the language of the page. */
export { Problem }

/** What the service can't say in its own words, because it was not reached or something stood between, is said in ours. */
export function inOurWords(error: unknown): unknown {
  if (!(error instanceof Problem)) return error
  const { problems: t } = texts.value
  if (error.code === 'no_answer') return new Problem(0, { code: 'no_answer', title: t.noAnswer, detail: t.checkConnection })
  return error.code === 'unknown' ? new Problem(error.status, { title: t.unknown(error.status) }, retryAfterOf(error)) : error
}

const retryAfterOf = ({ retryAfterSeconds }: Problem) => (retryAfterSeconds === undefined ? null : String(retryAfterSeconds))

export const noAnswer = (): unknown => inOurWords(noAnswerInEnglish())

/** The problem that an answer holds. */
export const problemOf = (status: number, body: string, retryAfter: string | null = null): unknown => inOurWords(problemInEnglish(status, body, retryAfter))

/** Why something failed, in sentences. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const unauthorizedListeners = new Set<() => void>()

/** Calls the listener when an answer says that nobody is signed in (any longer). */
export function onUnauthorized(listener: () => void): () => void {
  unauthorizedListeners.add(listener)
  return () => unauthorizedListeners.delete(listener)
}

/**
 * Asks the service: `await ask<Analysis>('/v1/analyses/…')`.
 * @returns the answer's JSON; undefined for an answer without a body
 * @throws {Problem}
 * @throws the signal's reason, when it was aborted
 */
export async function ask<T = undefined>(path: string, options: RequestOptions = {}): Promise<T> {
  try {
    return await askOnce<T>(path, { ...options, headers: { 'accept-language': language.peek(), ...options.headers } })
  } catch (error) {
    if (error instanceof Problem && error.code === 'unauthorized') for (const listener of unauthorizedListeners) listener()
    // Who is signed in is asked while the texts are still on their way.
    await textsAreThere
    throw inOurWords(error)
  }
}
