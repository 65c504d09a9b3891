import { join } from 'node:path'
import { Client } from 'pg'
import { readConfig } from '../../../src/config.ts'
import { supervise } from '../../../src/platform/embedded/supervise.ts'

/** `src/server.ts` with a stand-in for the service and short pauses. */
try {
  process.exitCode = await supervise({
    config: readConfig(process.env),
    env: process.env,
    serviceModule: join(import.meta.dirname, 'standInService.ts'),
    async migrate(url) {
      if (process.env.STAND_IN_DATABASE === 'no') return
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query('CREATE TABLE IF NOT EXISTS life (id serial, what text)')
      await client.end()
    },
    ensureLocalKey: () => Promise.resolve('ft_live_stand_in'),
    say: (text) => process.stdout.write(`${text}\n`),
    policy: { firstPauseMs: 100, maxPauseMs: 400, healthyAfterMs: 60_000, tries: 3, killMarginMs: 500 }
  })
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
