import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'

/** One labelled file of a folder. */
export interface LabelledFile {
  /** Relative to the folder. */
  path: string
  /** `camera`, `ai`, `manipulated`, or `c2pa:` and what the authors of the file expect. */
  label: string
  /** Where the files come from: false alarms are counted for each source. */
  source: string
}

/**
 * Reads `labels.csv` (RFC 4180, with a header that names at least path, label and source).
 * @throws when there is none, or when it has other columns
 */
export async function readLabels(folder: string): Promise<LabelledFile[]> {
  const text = await readFile(join(folder, 'labels.csv'), 'utf8')
  const rows = parse<Record<string, string>>(text, { columns: true, skip_empty_lines: true, bom: true, relax_column_count: true })
  return rows.map(({ path, label, source }, index) => {
    if (!path || !label || source === undefined) throw new TypeError(`labels.csv, file ${index + 1}: path, label and source are needed`)
    return { path, label, source }
  })
}
