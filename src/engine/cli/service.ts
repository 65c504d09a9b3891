import { connect } from '../../client/connection.ts'
import { createClient, Problem, type Analysis, type Client } from '../../client/index.ts'
import { CommandError, type Analyser } from './analyser.ts'
import { keepEvidence } from './evidenceFolder.ts'
import type { FileResult, SaidReport } from './output.ts'
import { isMedia, TargetError } from './targets.ts'

/** Files on their way at once: the smallest plan lets ten be in flight. */
const AT_ONCE = 4
/** A service that is asked over the network. @throws {CommandError} when it can't be reached, or does not take the key */
export async function openService(url: string, key: string): Promise<Analyser> {
  const options = { url, key, language: 'en' } as const
  // Once: whoever has mistyped the address need not wait until nothing helps any longer.
  const greeting = async () => connect(options).once('GET /v1/session')
  await greeting().catch((error: unknown) => {
    throw new CommandError(`${url}: ${(error as Error).message}`, { cause: error })
  })
  const client = createClient(options)
  return {
    ahead: AT_ONCE,
    async analyze(target, number, folder) {
      const file = target.path
      try {
        if (!(await isMedia(target))) return undefined
        return await resultOf(client, file, await client.analyze(file), { number, folder })
      } catch (error) {
        if (error instanceof TargetError || error instanceof Problem) return { file, error: { code: error.code, message: error.message } }
        return { file, error: { code: 'internal_error', message: error instanceof Error ? error.message : String(error) } }
      }
    },
    close: async () => undefined
  }
}

async function resultOf(
  client: Client,
  file: string,
  analysis: Analysis,
  { number, folder }: { number: number; folder: string | undefined }
): Promise<FileResult> {
  const { id, state, failure, engineVersion, verdict, score, summary, signals, notChecked, media, degraded } = analysis
  if (state !== 'completed') return { file, error: { code: failure?.code ?? state, message: failure?.detail ?? 'It was cancelled' } }
  const pictures = analysis.evidence.map(({ name, caption }) => ({
    name,
    caption,
    read: async () => new Uint8Array(await (await client.analyses.evidence(id, name)).arrayBuffer())
  }))
  const report = { engineVersion, verdict, score, summary, signals, notChecked, media, ...(degraded !== null && { degraded }), id }
  // A completed analysis has all of these.
  return { file, report: report as SaidReport, evidence: await keepEvidence(folder, number, file, pictures) }
}
