import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { sniffBytes, sniffMediaType } from '../mediaTypes.ts'

/** A file to look at. */
export interface Target {
  path: string
  /** Named by the user, not found in a folder: then it is an error if it is neither picture nor video. */
  named: boolean
}

/** Why a file could not be looked at, beyond what the engine itself reports. */
export class TargetError extends Error {
  readonly code: 'unreadable_file' | 'unsupported_file' | 'file_too_large'
  constructor(code: TargetError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TargetError'
    this.code = code
  }
}

/** What the service takes at most, with some room: a file is held in memory as a whole. */
const maxFileBytes = 200_000_000

/**
 * Lists the files to look at: those that were named, and all in the folders that were named, in order of their names.
 * Links in folders are not followed. A folder that can't be read comes back as a named target, to fail in its turn.
 */
export async function listTargets(paths: readonly string[]): Promise<Target[]> {
  const targets: Target[] = []
  for (const path of paths) {
    const isFolder = await stat(path).then((stats) => stats.isDirectory(), () => false)
    if (isFolder) targets.push(...(await listFolder(path)))
    else targets.push({ path, named: true })
  }
  return targets
}

async function listFolder(folder: string): Promise<Target[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return [{ path: folder, named: true }]
  const targets: Target[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) targets.push(...(await listFolder(path)))
    else if (entry.isFile()) targets.push({ path, named: false })
  }
  return targets
}

/**
 * Reads a file for the engine.
 *
 * @returns undefined for a file in a folder that is neither picture nor video
 * @throws {TargetError}
 */
export function readTarget(target: Target): Promise<{ bytes: ArrayBuffer; mediaType: string } | undefined> {
  return look(target, async (file, mediaType) => {
    const content = await file.readFile()
    // A copy where the content shares a buffer with others: the engine takes the whole buffer away.
    const whole = content.byteLength === content.buffer.byteLength ? content.buffer : new Uint8Array(content).buffer
    return { bytes: whole, mediaType }
  })
}

/** Whether a file is to be sent: false for one in a folder that is neither picture nor video. @throws {TargetError} */
export async function isMedia(target: Target): Promise<boolean> {
  return (await look(target, async () => true)) === true
}

/** Opens a file that is a picture or a video, by its first bytes, and not too large. */
async function look<T>({ path, named }: Target, then: (file: FileHandle, mediaType: string) => Promise<T>): Promise<T | undefined> {
  try {
    await using file = await open(path)
    const stats = await file.stat()
    if (!stats.isFile()) throw new TargetError('unreadable_file', stats.isDirectory() ? 'The folder can not be read' : 'This is not a file')
    const head = new Uint8Array(Math.min(sniffBytes, stats.size))
    await file.read(head, 0, head.length, 0)
    const sniffed = await sniffMediaType(head)
    if (sniffed === undefined) {
      if (!named) return undefined
      throw new TargetError('unsupported_file', 'This is no picture or video of a kind that is analysed')
    }
    if (stats.size > maxFileBytes) {
      throw new TargetError('file_too_large', `The file is larger than ${maxFileBytes / 1e6} megabytes`)
    }
    return await then(file, sniffed.mediaType)
  } catch (error) {
    if (error instanceof TargetError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'There is no such file' : `The file can not be read (${code ?? message})`
    throw new TargetError('unreadable_file', reason, { cause: error })
  }
}
