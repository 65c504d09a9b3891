import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, constants, copyFile, mkdir, open, opendir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { ObjectMissing, StorageFull, StorageUnavailable, type Storage } from './storage.ts'

/** How the name of a file ends that is not yet an object. */
const PARTIAL = '.partial'

/** Object storage in a folder, for one machine: an object is a file, a key its path. */
export function openFilesystemStorage(address: URL): Storage {
  const root = fileURLToPath(address)

  /** A key is ours, and still it may never leave the folder. */
  function pathOf(key: string): string {
    const path = join(root, key)
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw new Error(`A key outside the storage: ${key}`)
    return path
  }

  /** Writes beside the target and renames: the object appears whole, and survives a power cut once we answered. */
  async function place(key: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = pathOf(key)
    const partial = `${path}.${randomUUID()}${PARTIAL}`
    try {
      await makeFolder(dirname(path))
      await write(partial)
      await sync(partial)
      await rename(partial, path)
      await sync(dirname(path))
    } catch (error) {
      await rm(partial, { force: true })
      throw asStorageError(error)
    }
  }

  async function makeFolder(path: string): Promise<void> {
    // The root itself is not made here: where it has gone away (a volume that isn't mounted), nothing may be written.
    await checkRoot()
    await mkdir(path, { recursive: true })
  }

  async function checkRoot(): Promise<void> {
    await access(root, constants.R_OK | constants.W_OK).catch((error: unknown) => {
      throw new StorageUnavailable(`The folder is not there or not writable: ${root}`, { cause: error })
    })
  }

  return {
    async put(key, body) {
      await place(key, (path) => pipeline(body, createWriteStream(path, { flags: 'wx' })))
    },

    async get(key, { range, signal } = {}) {
      const file = await open(pathOf(key)).catch((error: unknown) => {
        throw asStorageError(error)
      })
      const stream: Readable = file.createReadStream({ ...range })
      signal?.addEventListener('abort', () => stream.destroy(), { once: true })
      return stream
    },

    async copy(from, to) {
      await place(to, (path) => copyFile(pathOf(from), path))
    },

    async removeAll(prefix) {
      // The prefix may end in the middle of a name, as S3's do: look through the folder that it stands in.
      const path = pathOf(prefix)
      if (prefix.endsWith('/')) return rm(path, { recursive: true, force: true })
      const folder = dirname(path)
      try {
        for (const name of await readdir(folder)) {
          const candidate = join(folder, name)
          if (candidate.startsWith(path)) await rm(candidate, { recursive: true, force: true })
        }
      } catch (error) {
        if (!isMissing(error)) throw asStorageError(error)
      }
    },

    async *list(prefix) {
      await checkRoot()
      for await (const entry of await opendir(root, { recursive: true })) {
        const key = relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/')
        if (entry.isFile() && key.startsWith(prefix) && !key.endsWith(PARTIAL)) yield key
      }
    },

    check: checkRoot,

    close() {}
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

const codeOf = (error: unknown) => (error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined)
const isMissing = (error: unknown) => codeOf(error) === 'ENOENT'

/** System errors of the disk become the storage's own; what the body threw passes through. */
function asStorageError(error: unknown): unknown {
  const code = codeOf(error)
  const fromDisk = error instanceof Error && 'syscall' in error && 'path' in error
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StorageFull('The disk is full', { cause: error })
  if (!fromDisk) return error
  if (isMissing(error)) return new ObjectMissing('No such object', { cause: error })
  return new StorageUnavailable(`The disk failed (${code})`, { cause: error })
}
