import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Signal, Verdict } from '../types.ts'
import type { Case } from './cases.ts'

/** What came of one case, as it is kept. */
export interface CaseResult extends Pick<Case, 'id' | 'set' | 'source' | 'what' | 'saved'> {
  /** Null where the file could not be made or analysed. */
  verdict: Verdict | null
  /** Why not. */
  error?: string
  summary: string
  signals: Pick<Signal, 'detector' | 'code' | 'supports' | 'log10LikelihoodRatio' | 'log10Nfa'>[]
  /** How well what a detector marked covers the forgery: intersection over union, by detector, of those that speak for manipulation. */
  iou: { [detector: string]: number }
  megapixels: number
  durationsMs: { [step: string]: number }
  /** Names of the pictures that are kept of a case that came out wrong. */
  pictures: string[]
}

/** What results have to be of to go on from them. */
export interface RunHeader {
  engineVersion: string
  folder: string
  each: number
}

/** Results, one line of JSON each behind a header: what was done is kept when a run is broken off. */
export interface ResultLog {
  /** Of earlier runs. */
  results: CaseResult[]
  add(result: CaseResult): Promise<void>
  close(): Promise<void>
}

/** Opens the log of a run, and goes on with the earlier results in it where they are of the same engine, folder and cases. */
export async function openResults(path: string, header: RunHeader): Promise<ResultLog> {
  const results = await earlierResults(path, header)
  // Written anew: what would be appended to a line that was cut would be lost with it.
  const file: FileHandle = await open(path, 'w')
  await file.appendFile([header, ...results].map((line) => `${JSON.stringify(line)}\n`).join(''))
  return {
    results,
    add: (result) => file.appendFile(`${JSON.stringify(result)}\n`),
    close: () => file.close()
  }
}

async function earlierResults(path: string, header: RunHeader): Promise<CaseResult[]> {
  const input = createReadStream(path)
  const results: CaseResult[] = []
  let isHeader = true
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (isHeader && line !== JSON.stringify(header)) return []
      const parsed = isHeader ? undefined : result(line)
      if (parsed !== undefined) results.push(parsed)
      isHeader = false
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  } finally {
    input.destroy()
  }
  return results
}

/** The last line may be cut: its case is done again. */
function result(line: string): CaseResult | undefined {
  try {
    return JSON.parse(line) as CaseResult
  } catch {
    return undefined
  }
}
