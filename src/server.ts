import { join } from 'node:path'
import { ensureLocalKey } from './accounts/localAccount.ts'
import { ConfigError, readConfig } from './config.ts'
import { EXIT_CONFIG } from './platform/embedded/keepService.ts'
import { AlreadyRunningError } from './platform/embedded/lock.ts'
import { EmbeddedServerError } from './platform/embedded/processes.ts'
import { supervise } from './platform/embedded/supervise.ts'
import { migrate } from './platform/migrate.ts'

/**
 * What `npm start` and the container run: a supervisor. It brings up PostgreSQL, Redis and a folder where the
 * environment names none, migrates, and keeps the service (`service.ts`) running in a process of its own, because
 * native code that fails takes its process with it.
 */

// The terminal may be closed before everything has stopped; then nobody listens, and that is no reason to fail.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

try {
  const env = process.env // oxlint-disable-line node/no-process-env -- where the environment comes in
  process.exitCode = await supervise({
    config: readConfig(env),
    env,
    serviceModule: join(import.meta.dirname, 'service.ts'),
    migrate,
    ensureLocalKey,
    say: (text) => process.stdout.write(`${text}\n`)
  })
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof AlreadyRunningError || error instanceof EmbeddedServerError
  process.stderr.write(`${expected ? error.message : String((error as Error).stack)}\n`)
  process.exitCode = error instanceof ConfigError ? EXIT_CONFIG : 1
}
