/**
 * The engine on the command line: `npm run analyze -- photo.jpg folder/`. The same threads, detectors and limits as the
 * service's, without any server.
 */
import { exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { ConfigError, readConfig, type Config } from '../config.ts'
import { say } from '../language/say.ts'
import { keepEvidence } from './cli/evidenceFolder.ts'
import { humanText, jsonLine, printable, type FileResult } from './cli/output.ts'
import { progressBar } from './cli/progress.ts'
import { listTargets, readTarget, TargetError, type Target } from './cli/targets.ts'
import { openTrustList, type KeptTrustList } from './credentials/trustList.ts'
import { openModels } from './models/configured.ts'
import { ModelError } from './models/manifest.ts'
import { createEngine, type Engine } from './pool.ts'
import { EngineError } from './types.ts'

const usage = `Usage: npm run analyze -- [--json] [--evidence DIR] FILE|FOLDER…

Says of pictures and videos whether they can be trusted, and why. Folders are searched with all that is in them; what
is neither is left out there.

  --json          one line of JSON a file on standard output: file, verdict, score, summary, signals, …;
                  a file that can't be analysed has file and error { code, message } instead
  --evidence DIR  keep the evidence pictures in this folder
  --help          this text

Exit status: 0 all files were analysed, 1 some could not be, 2 wrong usage.
Environment: ENGINE_THREADS, ANALYSIS_DEADLINE_MS, VIDEO_DEADLINE_MS, ENGINE_DETECTORS, MODEL_PATH, TRUST_LIST.
`

interface Options {
  json: boolean
  evidence: string | undefined
}

async function main(args: string[]): Promise<number> {
  const parsed = parse(args)
  if (typeof parsed === 'number') return parsed
  const config = configuration()
  if (config === undefined) return 2
  const targets = await listTargets(parsed.paths)
  const trustList = await openConfiguredTrustList(config)
  if (trustList === 'unreadable') return 2
  const models = await openModels(config).catch((error: unknown) => {
    if (!(error instanceof ModelError)) throw error
    stderr.write(`${error.message}\n`)
    return undefined
  })
  if (models === undefined) return 2
  const engine = createEngine({
    threads: config.engineThreads,
    deadlineMs: config.analysisDeadlineMs,
    videoDeadlineMs: config.videoDeadlineMs,
    detectors: config.engineDetectors,
    models,
    trustList: () => trustList?.current(),
    onError: (error) => stderr.write(`An analysis thread was replaced: ${error.message}\n`),
    // What a detector that is being written prints.
    onNotice: ({ said }) => said !== undefined && stderr.write(`${printable(String(said))}\n`)
  })
  try {
    return await analyzeAll(engine, targets, parsed.options)
  } finally {
    await engine.close()
    await trustList?.close()
  }
}

async function openConfiguredTrustList({ trustList: location, dataDir }: Config): Promise<KeptTrustList | undefined | 'unreadable'> {
  if (location === undefined) return undefined
  const log = pino({ level: 'warn' }, pino.destination(2))
  try {
    return await openTrustList({ location, dataDir, log })
  } catch (error) {
    stderr.write(`TRUST_LIST can't be read: ${(error as Error).message}\n`)
    return 'unreadable'
  }
}

function parse(args: string[]): { paths: string[]; options: Options } | number {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean' }, evidence: { type: 'string' }, help: { type: 'boolean', short: 'h' } }
    })
    if (values.help === true) {
      stdout.write(usage)
      return 0
    }
    if (positionals.length === 0) throw new TypeError('Which files?')
    return { paths: positionals, options: { json: values.json === true, evidence: values.evidence } }
  } catch (error) {
    stderr.write(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
}

function configuration(): Config | undefined {
  try {
    return readConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    stderr.write(`${error.message}\n`)
    return undefined
  }
}

/** Results come out in the order of the targets. A bounded window of them is read and analysed ahead. */
async function analyzeAll(engine: Engine, targets: readonly Target[], options: Options): Promise<number> {
  const ahead = 2 * engine.threads
  const window: Promise<FileResult | undefined>[] = []
  const progress = progressBar(targets.length)
  let [skipped, failed] = [0, 0]
  for (let next = 0; next < targets.length || window.length > 0; ) {
    if (next < targets.length && window.length < ahead) {
      window.push(analyzeOne(engine, targets[next]!, next + 1, options))
      next++
      continue
    }
    const result = await window.shift()!
    if (result === undefined) skipped++
    else {
      if ('error' in result) failed++
      progress.clear()
      stdout.write(options.json ? `${jsonLine(result)}\n` : `${humanText(result)}\n`)
    }
    progress.step()
  }
  progress.end()
  if (skipped > 0) stderr.write(`Left out, no pictures or videos of a kind that is analysed: ${skipped}\n`)
  return failed > 0 ? 1 : 0
}

async function analyzeOne(engine: Engine, target: Target, number: number, { evidence }: Options): Promise<FileResult | undefined> {
  const file = target.path
  try {
    const input = await readTarget(target)
    if (input === undefined) return undefined
    const report = await engine.analyze(input)
    return { file, report, evidence: await keepEvidence(evidence, number, file, report.evidence) }
  } catch (error) {
    if (error instanceof EngineError) return { file, error: { code: error.code, message: say(error.reason, 'en') } }
    if (error instanceof TargetError) return { file, error: { code: error.code, message: error.message } }
    // Such as a full disk below the evidence folder: this file's, the others are still done.
    return { file, error: { code: 'internal_error', message: error instanceof Error ? error.message : String(error) } }
  }
}

// Whoever reads the results may stop early, as `| head` does.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') exit(0)
  throw error
})

process.exitCode = await main(process.argv.slice(2))
