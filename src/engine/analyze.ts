/**
 * `npm run analyze -- photo.jpg folder/`: the engine on the command line, without any server; or, with `--server`, a
 * service that is asked instead.
 */
import { readFile } from 'node:fs/promises'
import { exit, stderr, stdout } from 'node:process'
import { parseArgs } from 'node:util'
import { ConfigError, readConfig, type Config } from '../config.ts'
import { CommandError, type Analyser } from './cli/analyser.ts'
import { openLocal } from './cli/local.ts'
import { humanText, jsonLine, type FileResult } from './cli/output.ts'
import { progressBar } from './cli/progress.ts'
import { openService } from './cli/service.ts'
import { listTargets, type Target } from './cli/targets.ts'

const usage = `Usage: npm run analyze -- [--json] [--evidence DIR] [--server URL] FILE|FOLDER…

Says of pictures and videos whether they can be trusted, and why. Folders are searched with all that is in them; what
is neither is left out there.

  --json          one line of JSON a file on standard output: file, verdict, score, summary, signals, …;
                  a file that can't be analysed has file and error { code, message } instead
  --evidence DIR  keep the evidence pictures in this folder
  --server URL    have it done by this service, which also keeps it; the API key comes from FAKETECT_KEY
  --key-file FILE or from this file
  --help          this text

Exit status: 0 all files were analysed, 1 some could not be, 2 nothing could be done.
Environment: ENGINE_THREADS, ANALYSIS_DEADLINE_MS, VIDEO_DEADLINE_MS, ENGINE_DETECTORS, MODEL_PATH, TRUST_LIST; FAKETECT_KEY.
`

interface Options {
  json: boolean
  evidence: string | undefined
  server: string | undefined
  keyFile: string | undefined
}

async function main(args: string[]): Promise<number> {
  const parsed = parse(args)
  if (typeof parsed === 'number') return parsed
  const targets = await listTargets(parsed.paths)
  try {
    const analyser = await open(parsed.options)
    try {
      return await analyzeAll(analyser, targets, parsed.options)
    } finally {
      await analyser.close()
    }
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error
    stderr.write(`${error.message}\n`)
    return 2
  }
}

function parse(args: string[]): { paths: string[]; options: Options } | number {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        evidence: { type: 'string' },
        server: { type: 'string' },
        'key-file': { type: 'string' },
        help: { type: 'boolean', short: 'h' }
      }
    })
    if (values.help === true) {
      stdout.write(usage)
      return 0
    }
    if (positionals.length === 0) throw new TypeError('Which files?')
    const { json, evidence, server, 'key-file': keyFile } = values
    if (keyFile !== undefined && server === undefined) throw new TypeError('--key-file goes with --server')
    return { paths: positionals, options: { json, evidence, server, keyFile } }
  } catch (error) {
    stderr.write(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
}

async function open({ server, keyFile }: Options): Promise<Analyser> {
  const config = readConfig()
  return server === undefined ? openLocal(config) : openService(server, await keyOf(config, keyFile))
}

/** Never from the command line itself, which every user of the machine can read. */
async function keyOf({ apiKey }: Config, keyFile: string | undefined): Promise<string> {
  const key = keyFile === undefined ? apiKey : await readFile(keyFile, 'utf8').catch((error: unknown) => {
    throw new CommandError(`The key can't be read: ${(error as Error).message}`, { cause: error })
  })
  if (key === undefined || key.trim() === '') throw new CommandError('A service asks for an API key: set FAKETECT_KEY, or give --key-file')
  return key.trim()
}

/** Results come out in the order of the targets. A bounded window of them is read and analysed ahead. */
async function analyzeAll(analyser: Analyser, targets: readonly Target[], { json, evidence }: Options): Promise<number> {
  const window: Promise<FileResult | undefined>[] = []
  const progress = progressBar(targets.length)
  let [skipped, failed] = [0, 0]
  for (let next = 0; next < targets.length || window.length > 0; ) {
    if (next < targets.length && window.length < analyser.ahead) {
      window.push(analyser.analyze(targets[next]!, next + 1, evidence))
      next++
      continue
    }
    const result = await window.shift()!
    if (result === undefined) skipped++
    else {
      if ('error' in result) failed++
      progress.clear()
      stdout.write(json ? `${jsonLine(result)}\n` : `${humanText(result)}\n`)
    }
    progress.step()
  }
  progress.end()
  if (skipped > 0) stderr.write(`Left out, no pictures or videos of a kind that is analysed: ${skipped}\n`)
  return failed > 0 ? 1 : 0
}

// Whoever reads the results may stop early, as `| head` does.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') exit(0)
  throw error
})

process.exitCode = await main(process.argv.slice(2))
