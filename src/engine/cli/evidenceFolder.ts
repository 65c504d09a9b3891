import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { say } from '../../language/say.ts'
import type { Evidence } from '../types.ts'
import type { SavedEvidence } from './output.ts'

/**
 * Keeps a file's evidence pictures in a folder, which is made if need be. Their names begin with the file's number in this
 * run, so two files of the same name don't meet, and hold of its own name only what is harmless in a path. Previews are left out: whoever
 * runs this has the file itself.
 *
 * @param folder undefined to keep nothing
 */
export async function keepEvidence(
  folder: string | undefined,
  number: number,
  file: string,
  all: readonly Evidence[]
): Promise<SavedEvidence[]> {
  const evidence = all.filter(({ layer }) => layer !== 'preview')
  if (folder !== undefined && evidence.length > 0) await mkdir(folder, { recursive: true })
  const prefix = `${String(number).padStart(4, '0')}-${harmless(basename(file))}`
  const saved: SavedEvidence[] = []
  for (const { name, caption, bytes } of evidence) {
    const path = folder === undefined ? undefined : join(folder, `${prefix}-${harmless(name)}`)
    if (path !== undefined) await writeFile(path, bytes)
    saved.push({ name, caption: say(caption, 'en'), path })
  }
  return saved
}

function harmless(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '_').slice(0, 80)
}
