/** The service process: what the supervisor keeps alive. */
import pino from 'pino'
import { buildApp } from './app.ts'
import { ConfigError, readConfig, requireServers, type Config } from './config.ts'
import { TrustListError } from './engine/credentials/trustList.ts'
import { ModelError } from './engine/models/manifest.ts'
import { openErrorReports } from './observability/errorReports.ts'
import { createLogger } from './observability/logger.ts'

/** How long the end of the process may wait for reports of errors. */
const REPORTS_MS = 2_000
/** sysexits.h: it can never start like this; trying again is no use. */
const EX_CONFIG = 78
const hopeless = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'])

function giveUp(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(EX_CONFIG)
}

function configOrGiveUp(): ReturnType<typeof requireServers> {
  try {
    return requireServers(readConfig())
  } catch (error) {
    if (error instanceof ConfigError) giveUp(error.message)
    throw error
  }
}

const config = configOrGiveUp()
const output = pino.destination(1)
// The terminal may be closed before the service has drained; then nobody reads on, and that is no reason to die.
output.on('error', () => undefined)
const { sentry } = config
const reports = sentry && (await openErrorReports({ ...config, sentry }))
const logger = createLogger(config, output, reports && ((line) => reports.report(line)))
const app = await buildApp(config, logger).catch((error: unknown) => {
  if (error instanceof ModelError || error instanceof TrustListError) giveUp(error.message)
  throw error
})

let draining = false
/** Takes no more work, finishes what runs, and ends. Whoever asks twice is asked for patience. */
async function drain(reason: string): Promise<void> {
  if (draining) return
  draining = true
  logger.info({ reason }, 'Draining')
  // What does not end in time is taken over by another process: the ledger and the fence see to that.
  setTimeout(() => process.exit(1), config.shutdownMs).unref()
  await app.close()
  logger.info('Drained')
  await reports?.close(REPORTS_MS)
  process.exit(0)
}

process.on('SIGTERM', () => void drain('SIGTERM'))
process.on('SIGINT', () => void drain('SIGINT'))
process.on('disconnect', () => void drain('The supervisor is gone'))
process.on('unhandledRejection', (error) => void die(error, 'A rejection that nobody handled'))
process.on('uncaughtException', (error) => void die(error, 'An exception that nobody caught'))

/** The state of the process is unknown: end it, and let the supervisor start a fresh one. */
async function die(error: unknown, message: string): Promise<void> {
  logger.fatal({ err: error }, message)
  await reports?.close(REPORTS_MS)
  process.exit(1)
}

await listen(config)

async function listen({ host, port }: Config): Promise<void> {
  try {
    const address = await app.listen({ host, port })
    process.send?.({ type: 'listening', address })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== undefined && hopeless.has(code)) giveUp(`The service can't listen on ${host}:${port} (${code}).`)
    throw error
  }
}
