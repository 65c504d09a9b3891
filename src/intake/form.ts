import { createHash } from 'node:crypto'
import type { Multipart, MultipartFile } from '@fastify/multipart'
import { sentence } from '../language/sentence.ts'
import { Problem } from '../platform/problem.ts'
import { retentions, type Retention } from '../platform/schema.ts'
import type { FormFingerprint } from './idempotency/fingerprint.ts'
import { taken, type Bytes } from './meter.ts'

/** What a request wants done with its files. */
export interface Wishes {
  /** Checked. */
  callbackUrl: string | null
  /** Undefined for what the account has set. */
  retention: Retention | undefined
}

/** A file of a form. It is to be read to its end, or drained, before the next one. */
export interface FormFile {
  fileName: string | undefined
  declaredType: string
  /** May be left before its end: the form goes on. */
  bytes: Bytes
  /** Reads the rest and throws it away. @param take counts it, and may refuse it by throwing */
  drain(maxBytes: number, take: (bytes: number) => Promise<void>): Promise<void>
}

export interface Form {
  wishes: Wishes
  /**
   * The next part named `file`; other parts are read and left out.
   * @throws {Problem} `upload_incomplete`, `invalid_form`
   */
  next(): Promise<FormFile | undefined>
  /** Why nothing more can be read of it; undefined while all is well. */
  broken: Error | undefined
}

/**
 * Reads a form part by part, as it comes in.
 * @param readUrl checks the `callback_url` that stands before the files, as soon as it is read
 * @param fingerprint hears of everything that the form asks for
 */
export function openForm(
  parts: AsyncIterableIterator<Multipart>,
  readUrl: (given: string) => string,
  fingerprint: FormFingerprint | undefined
): Form {
  let begun = false
  const form: Form = { wishes: { callbackUrl: null, retention: undefined }, next, broken: undefined }
  return form

  async function next(): Promise<FormFile | undefined> {
    try {
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
        const part = next.value
        if (part.type === 'file' && part.fieldname === 'file') {
          begun = true
          return fileOf(part)
        }
        if (part.type === 'file') part.file.resume()
        else readField(part.fieldname, String(part.value))
      }
      return undefined
    } catch (error) {
      throw breakOff(error)
    }
  }

  function readField(name: string, value: string): void {
    if (name !== 'callback_url' && name !== 'retention') return
    // What stands behind a file is read when the file has been stored: too late to be refused at no cost.
    if (begun) throw new Problem('invalid_form', sentence('Send {name} before the file.', { name }))
    fingerprint?.field(name, value)
    const { wishes } = form
    if (name === 'callback_url') {
      if (wishes.callbackUrl !== null) throw new Problem('invalid_form', sentence('Send one callback_url a request.'))
      wishes.callbackUrl = readUrl(value)
    } else {
      wishes.retention = retentions.find((retention) => retention === value)
      if (wishes.retention === undefined) throw new Problem('invalid_form', sentence('As retention send one of {retentions}.', { retentions: retentions.join(', ') }))
    }
  }

  function fileOf({ file, filename: fileName, mimetype: declaredType }: MultipartFile): FormFile {
    // Destroying the stream would end the whole form.
    const chunks = file.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
    const hash = fingerprint && createHash('sha256')
    let ended = false

    async function* rest() {
      while (!ended) {
        const chunk = await chunks.next().catch((error: unknown) => {
          throw breakOff(error)
        })
        if (chunk.done === true) {
          ended = true
          if (hash !== undefined) fingerprint?.file({ fileName, declaredType, sha256: hash.digest('hex') })
          return
        }
        hash?.update(chunk.value)
        yield chunk.value
      }
    }

    async function drain(maxBytes: number, take: (bytes: number) => Promise<void>): Promise<void> {
      let bytes = 0
      try {
        for await (const chunk of taken(rest(), take)) {
          bytes += chunk.length
          if (bytes > maxBytes) throw new Problem('upload_incomplete', sentence('Too much came after what was refused.'))
        }
      } catch (error) {
        throw breakOff(error)
      }
    }
    return { fileName, declaredType, bytes: rest(), drain }
  }

  /** Whatever the parser throws is the client's: a form that breaks off, or that is none. */
  function breakOff(cause: unknown): Error {
    form.broken ??= cause instanceof Problem ? cause : new Problem('upload_incomplete', sentence('The form could not be read to its end.'), { cause })
    return form.broken
  }
}
