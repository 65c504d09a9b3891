/** `npm run client:types`: writes `src/client/openapi.ts` from the schemas of the routes, as they are now. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { buildApp } from '../src/app.ts'
import { readConfig, requireServers } from '../src/config.ts'
import { typesOf, type OpenApi } from './openapiTypes.ts'

const folder = mkdtempSync(join(tmpdir(), 'faketect-types-'))
try {
  // The document needs none of the servers to be reachable.
  const servers = { DATABASE_URL: 'postgres://127.0.0.1:9/none', REDIS_URL: '/none', STORAGE_URL: `file://${folder}` }
  const config = requireServers(readConfig({ ...servers, ROLES: 'api', DATA_DIR: folder }))
  const app = await buildApp(config, pino({ level: 'silent' }))
  await app.ready()
  writeFileSync(join(import.meta.dirname, '../src/client/openapi.ts'), typesOf(app.swagger() as unknown as OpenApi))
  await app.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
