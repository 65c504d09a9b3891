import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { SavedEvidence } from './output.ts'

/** An evidence picture, its caption in words. */
export interface Picture {
  name: string
  caption: string
  /** Asked for only where it is to be kept. */
  read: () => Promise<Uint8Array>
}

/**
 * Keeps a file's evidence pictures in a folder, which is made if need be. Their names begin with the file's number in this
 * run, so two files of the same name don't meet, and hold of its own name only what is harmless in a path.
 *
 * @param folder undefined to keep nothing
 */
export async function keepEvidence(
  folder: string | undefined,
  number: number,
  file: string,
  evidence: readonly Picture[]
): Promise<SavedEvidence[]> {
  if (folder !== undefined && evidence.length > 0) await mkdir(folder, { recursive: true })
  const prefix = `${String(number).padStart(4, '0')}-${harmless(basename(file))}`
  const saved: SavedEvidence[] = []
  for (const { name, caption, read } of evidence) {
    const path = folder === undefined ? undefined : join(folder, `${prefix}-${harmless(name)}`)
    if (path !== undefined) await writeFile(path, await read())
    saved.push({ name, caption, path })
  }
  return saved
}

function harmless(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '_').slice(0, 80)
}
