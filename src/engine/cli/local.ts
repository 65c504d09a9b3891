import { stderr } from 'node:process'
import pino from 'pino'
import type { Config } from '../../config.ts'
import { say } from '../../language/say.ts'
import { openTrustList } from '../credentials/trustList.ts'
import { openModels } from '../models/configured.ts'
import { ModelError } from '../models/manifest.ts'
import { createEngine } from '../pool.ts'
import { saySignal } from '../saySignal.ts'
import { EngineError, type Report } from '../types.ts'
import { CommandError, type Analyser } from './analyser.ts'
import { keepEvidence } from './evidenceFolder.ts'
import { printable, type SaidReport } from './output.ts'
import { readTarget, TargetError } from './targets.ts'

/** The engine in this process: the same threads, detectors and limits as the service's. @throws {CommandError} */
export async function openLocal(config: Config): Promise<Analyser> {
  const trustList = await openConfiguredTrustList(config)
  const models = await openModels(config).catch((error: unknown) => {
    throw error instanceof ModelError ? new CommandError(error.message, { cause: error }) : error
  })
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
  return {
    ahead: 2 * engine.threads,
    async analyze(target, number, folder) {
      const file = target.path
      try {
        const input = await readTarget(target)
        if (input === undefined) return undefined
        const { evidence, beganAt: _times, ...report } = await engine.analyze(input)
        // Whoever runs this has the file itself, and needs no smaller one.
        const pictures = evidence
          .filter(({ layer }) => layer !== 'preview')
          .map(({ name, caption, bytes }) => ({ name, caption: say(caption, 'en'), read: async () => bytes }))
        return { file, report: said(report), evidence: await keepEvidence(folder, number, file, pictures) }
      } catch (error) {
        if (error instanceof EngineError) return { file, error: { code: error.code, message: say(error.reason, 'en') } }
        if (error instanceof TargetError) return { file, error: { code: error.code, message: error.message } }
        // Such as a full disk below the evidence folder: this file's, the others are still done.
        return { file, error: { code: 'internal_error', message: error instanceof Error ? error.message : String(error) } }
      }
    },
    async close() {
      await engine.close()
      await trustList?.close()
    }
  }
}

const said = (report: Omit<Report, 'evidence' | 'beganAt'>): SaidReport => ({
  ...report,
  summary: say(report.summary, 'en'),
  signals: report.signals.map((signal) => saySignal(signal, 'en')),
  notChecked: report.notChecked.map(({ code, reason }) => ({ code, reason: say(reason, 'en') }))
})

async function openConfiguredTrustList({ trustList: location, dataDir }: Config) {
  if (location === undefined) return undefined
  try {
    return await openTrustList({ location, dataDir, log: pino({ level: 'warn' }, pino.destination(2)) })
  } catch (error) {
    throw new CommandError(`TRUST_LIST can't be read: ${(error as Error).message}`, { cause: error })
  }
}
