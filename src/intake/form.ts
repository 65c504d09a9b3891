import type { Multipart, MultipartFile } from '@fastify/multipart'
import { Problem } from '../platform/problem.ts'
import type { Bytes } from './meter.ts'
import type { IncomingFile } from './receive.ts'

/**
 * The one file of a form. Its bytes end only when the whole form has been read: one that breaks off, or that carries
 * a second file, fails them, so that nothing of it is kept.
 * @param readUrl checks the `callback_url` that stands before the file, as soon as it is read
 * @throws {Problem} `no_file`, `invalid_form`
 */
export async function onlyFile(
  parts: AsyncIterableIterator<Multipart>,
  readUrl: (given: string) => string
): Promise<IncomingFile> {
  let callbackUrl: string | null = null
  const part = await nextFile(parts, (given) => {
    if (callbackUrl !== null) throw new Problem('invalid_form', 'Send one callback_url a request.')
    callbackUrl = readUrl(given)
  })
  if (part === undefined) throw new Problem('no_file', 'Send it in a part named "file".')
  return { bytes: bytesOf(part, parts), fileName: part.filename, declaredType: part.mimetype, callbackUrl }
}

async function* bytesOf(part: MultipartFile, parts: AsyncIterableIterator<Multipart>): Bytes & AsyncGenerator<Buffer> {
  let second: MultipartFile | undefined
  try {
    for await (const chunk of part.file as AsyncIterable<Buffer>) yield chunk
    second = await nextFile(parts, () => {
      // What stands behind the file is read when the file has been stored: too late to be refused at no cost.
      throw new Problem('invalid_form', 'Send callback_url before the file.')
    })
  } catch (error) {
    throw brokenOff(error)
  }
  if (second !== undefined) throw new Problem('too_many_files', 'Send one file a request.')
}

/** The next part named `file`; other fields and other parts are read and left out. */
async function nextFile(parts: AsyncIterableIterator<Multipart>, onCallbackUrl: (given: string) => void): Promise<MultipartFile | undefined> {
  try {
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
      const part = next.value
      if (part.type === 'file' && part.fieldname === 'file') return part
      if (part.type === 'file') part.file.resume()
      else if (part.fieldname === 'callback_url') onCallbackUrl(String(part.value))
    }
    return undefined
  } catch (error) {
    throw brokenOff(error)
  }
}

/** Whatever the parser throws is the client's: a form that breaks off, or that is none. */
const brokenOff = (cause: unknown) =>
  cause instanceof Problem ? cause : new Problem('upload_incomplete', 'The form could not be read to its end.', { cause })
