import type { Multipart, MultipartFile } from '@fastify/multipart'
import { Problem } from '../platform/problem.ts'
import type { Bytes } from './meter.ts'
import type { IncomingFile } from './receive.ts'

/**
 * The one file of a form. Its bytes end only when the whole form has been read: one that breaks off, or that carries
 * a second file, fails them, so that nothing of it is kept.
 * @throws {Problem} `no_file`
 */
export async function onlyFile(parts: AsyncIterableIterator<Multipart>): Promise<IncomingFile> {
  const part = await nextFile(parts)
  if (part === undefined) throw new Problem('no_file', 'Send it in a part named "file".')
  return { bytes: bytesOf(part, parts), fileName: part.filename, declaredType: part.mimetype }
}

async function* bytesOf(part: MultipartFile, parts: AsyncIterableIterator<Multipart>): Bytes & AsyncGenerator<Buffer> {
  let second: MultipartFile | undefined
  try {
    for await (const chunk of part.file as AsyncIterable<Buffer>) yield chunk
    second = await nextFile(parts)
  } catch (error) {
    throw brokenOff(error)
  }
  if (second !== undefined) throw new Problem('too_many_files', 'Send one file a request.')
}

/** The next part named `file`; fields and other parts are read and left out. */
async function nextFile(parts: AsyncIterableIterator<Multipart>): Promise<MultipartFile | undefined> {
  try {
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
      const part = next.value
      if (part.type === 'file' && part.fieldname === 'file') return part
      if (part.type === 'file') part.file.resume()
    }
    return undefined
  } catch (error) {
    throw brokenOff(error)
  }
}

/** Whatever the parser throws is the client's: a form that breaks off, or that is none. */
const brokenOff = (cause: unknown) =>
  cause instanceof Problem ? cause : new Problem('upload_incomplete', 'The form could not be read to its end.', { cause })
