/**
 * Measures the engine: `npm run evaluate -- FOLDER`. The same threads, detectors and limits as the service's, over labelled files and
 * over forgeries that it makes from the photographs among them.
 */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { readConfig } from '../../config.ts'
import { say } from '../../language/say.ts'
import { progressBar } from '../cli/progress.ts'
import { openModels } from '../models/configured.ts'
import { createEngine, type Engine } from '../pool.ts'
import { EngineError, type Report } from '../types.ts'
import { casesOf, type Case } from './cases.ts'
import { figuresOf } from './figures.ts'
import { readLabels } from './labels.ts'
import { overlaps } from './overlap.ts'
import { pageOf } from './page.ts'
import { openResults, type CaseResult } from './results.ts'
import { tablesOf, textOf } from './tables.ts'

const usage = `Usage: npm run evaluate -- [--each N] [--out FOLDER] FOLDER

Measures the engine over the files that labels.csv in FOLDER names (columns path, label and source; labels camera, ai,
manipulated and c2pa:…), and over forgeries with known masks that are made from the photographs. A run that was broken
off goes on where it was; one of another engine begins anew.

  --each N      photographs for each kind of forgery and save (10)
  --out FOLDER  where results.jsonl, figures.json, report.html and the pictures go (.data/evaluation/ and FOLDER's name)
  --help        this text
`

/** The longer side of the pictures in the report, in pixels. */
const shownSide = 480

interface Options {
  folder: string
  out: string
  each: number
}

async function main(args: string[]): Promise<number> {
  const options = parse(args)
  if (typeof options === 'number') return options
  const { folder, out, each } = options
  const config = readConfig()
  const cases = await casesOf(folder, await readLabels(folder), each)
  await mkdir(join(out, 'pictures'), { recursive: true })
  const engine = createEngine({
    threads: config.engineThreads,
    deadlineMs: config.analysisDeadlineMs,
    detectors: config.engineDetectors,
    models: await openModels(config),
    onError: (error) => stderr.write(`An analysis thread was replaced: ${error.message}\n`)
  })
  const header = { engineVersion: engine.version, folder: basename(resolve(folder)), each }
  const log = await openResults(join(out, 'results.jsonl'), header)
  try {
    const results = await runAll(engine, cases, log.results, (result) => log.add(result), out)
    const figures = figuresOf(results)
    const tables = tablesOf(figures)
    await writeFile(join(out, 'figures.json'), `${JSON.stringify({ ...header, ...figures }, null, 2)}\n`)
    await writeFile(join(out, 'report.html'), pageOf(header, tables, results.filter(isWrong)))
    stdout.write(`${tables.map(textOf).join('\n')}\n${join(out, 'report.html')} has the pictures of what came out wrong.\n`)
  } finally {
    await log.close()
    await engine.close()
  }
  return 0
}

function parse(args: string[]): Options | number {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { each: { type: 'string', default: '10' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } }
    })
    if (values.help === true) {
      stdout.write(usage)
      return 0
    }
    const [folder] = positionals
    if (folder === undefined || positionals.length > 1) throw new TypeError('Which folder?')
    if (!/^[1-9]\d*$/.test(values.each)) throw new TypeError('--each is a whole number from 1')
    return { folder, out: values.out ?? join('.data', 'evaluation', basename(resolve(folder))), each: Number(values.each) }
  } catch (error) {
    stderr.write(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
}

/** Runs what is not done yet, as many at a time as keep the threads at work. @returns the results of all cases, in their order */
async function runAll(
  engine: Engine,
  cases: readonly Case[],
  earlier: readonly CaseResult[],
  keep: (result: CaseResult) => Promise<void>,
  out: string
): Promise<CaseResult[]> {
  const results = new Map(earlier.map((result) => [result.id, result]))
  const waiting = cases.filter(({ id }) => !results.has(id)).values()
  const progress = progressBar(cases.length, results.size)
  const lane = async () => {
    for (const one of waiting) {
      const result = await runCase(engine, one, out)
      results.set(one.id, result)
      await keep(result)
      progress.step()
    }
  }
  await Promise.all(Array.from({ length: engine.threads + 1 }, lane))
  progress.end()
  return cases.map(({ id }) => results.get(id)!)
}

async function runCase(engine: Engine, one: Case, out: string): Promise<CaseResult> {
  const { id, set, source, what, saved } = one
  const base = { id, set, source, what, saved, iou: {}, pictures: [] }
  try {
    const { bytes, mediaType, mask } = await one.make()
    const report = await engine.analyze({ bytes: new Uint8Array(bytes).buffer, mediaType })
    const result: CaseResult = {
      ...base,
      verdict: report.verdict,
      summary: say(report.summary, 'en'),
      signals: report.signals.map(({ detector, code, supports, log10LikelihoodRatio, log10Nfa }) => ({ detector, code, supports, log10LikelihoodRatio, log10Nfa })),
      iou: mask === undefined ? {} : await overlaps(report, mask),
      megapixels: (report.media.width * report.media.height) / 1e6,
      durationsMs: report.durationsMs
    }
    return isWrong(result) ? { ...result, pictures: await keepPictures(id, bytes, report, out) } : result
  } catch (error) {
    const told = error instanceof EngineError ? say(error.reason, 'en') : error instanceof Error ? error.message : String(error)
    const [message] = told.split('\n') as [string]
    return { ...base, verdict: null, error: message, summary: '', signals: [], megapixels: 0, durationsMs: {} }
  }
}

/** Whether a reader should see it: a false alarm, or a forgery that was not found. */
function isWrong({ set, verdict }: CaseResult): boolean {
  if (set === 'photographs' || set === 'honest edits') return verdict === 'manipulated' || verdict === 'ai_generated'
  return (set === 'forgeries' || set === 'labelled as manipulated') && verdict !== 'manipulated' && verdict !== null
}

/** The picture, and the marks that speak for manipulation, small. @returns their names */
async function keepPictures(id: string, bytes: Uint8Array, { signals, evidence }: Report, out: string): Promise<string[]> {
  const prefix = createHash('sha256').update(id).digest('hex').slice(0, 16)
  const marks = new Set(signals.filter(({ supports }) => supports === 'manipulated').flatMap((signal) => signal.evidence))
  const fit = { width: shownSide, height: shownSide, fit: 'inside' } as const
  const picture = await sharp(bytes).rotate().resize(fit).jpeg().toBuffer()
  await writeFile(join(out, 'pictures', `${prefix}.jpg`), picture)
  const names = [`${prefix}.jpg`]
  for (const { name, bytes: marked } of evidence.filter((one) => marks.has(one.name))) {
    names.push(`${prefix}-${name}`)
    await writeFile(join(out, 'pictures', `${prefix}-${name}`), await sharp(marked).resize(fit).toBuffer())
  }
  return names
}

process.exitCode = await main(process.argv.slice(2))
