/** @import { Static } from 'typebox' */
/** @import { ProblemSchema } from '../../platform/problem.ts' */
import { sentences } from './words.js'

/** What the service refused, or why it could not be asked; the message is made of sentences for people. */
export class Refusal extends Error {
  /** @override */
  name = 'Refusal'

  /**
   * @param {number} status 0 when there was no answer
   * @param {Partial<Static<typeof ProblemSchema>>} problem
   */
  constructor(status, { title, detail } = {}) {
    super(sentences(title, detail) || `The service answered with status ${status}.`)
    this.status = status
    this.detail = detail
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return [0, 408, 409, 429].includes(this.status) || this.status >= 500
  }
}

export const noAnswer = () => new Refusal(0, { title: 'The service could not be reached', detail: 'Check the connection and try again.' })

/**
 * The refusal that an answer holds.
 *
 * @param {number} status
 * @param {string} body
 */
export function refusalOf(status, body) {
  try {
    return new Refusal(status, JSON.parse(body))
  } catch {
    // Something between us and the service answered in its own way.
    return new Refusal(status)
  }
}

/**
 * Why something failed, in sentences.
 *
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error))

/**
 * Asks the service.
 *
 * @param {string} path
 * @param {{ method?: string, json?: unknown }} [options]
 * @returns {Promise<any>} the answer's JSON, null without a body
 * @throws {Refusal}
 */
export async function ask(path, { method = 'GET', json } = {}) {
  const init = json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }
  const { status, ok, body } = await fetch(path, { method, ...init, signal: AbortSignal.timeout(30_000) })
    .then(async (response) => ({ status: response.status, ok: response.ok, body: await response.text() }))
    .catch(() => {
      throw noAnswer()
    })
  if (!ok) throw refusalOf(status, body)
  return body === '' ? null : JSON.parse(body)
}
