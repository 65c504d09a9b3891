import { join } from 'node:path'
import { Client } from 'pg'
import type { Test } from 'tap'
import { run, type Program } from './program.ts'

/** Starts the stand-in of `src/server.ts`; it is stopped when the test ends. */
export function supervisor(t: Test, dataDir: string, env: NodeJS.ProcessEnv = {}): Program {
  const program = run([process.execPath, join(import.meta.dirname, 'standInServer.ts')], { DATA_DIR: dataDir, ...env })
  t.teardown(async () => {
    program.kill('SIGTERM')
    await program.exit
  })
  return program
}

/** An environment that leaves nothing to bring up: for tests of the service alone. */
export const elsewhere = {
  DATABASE_URL: 'postgres://elsewhere/db',
  REDIS_URL: 'redis://elsewhere',
  STORAGE_URL: 's3://bucket',
  STAND_IN_DATABASE: 'no'
}

/** What the stand-in of the service answers: who it is, and what it was given. */
export interface Answer {
  pid: number
  DATABASE_URL: string
  REDIS_URL: string
  STORAGE_URL: string
  DATA_DIR: string
  UV_THREADPOOL_SIZE: string
}

/** Waits until the service listens, and asks it. */
export async function ask(program: Program, greeting = /ready at (\S+)/): Promise<Answer> {
  const [, address = ''] = await program.prints(greeting)
  return (await (await fetch(address)).json()) as Answer
}

/** What the stand-ins of the service have noted in a database. */
export async function life(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ what: string }>('SELECT what FROM life ORDER BY id')
  await client.end()
  return rows.map((row) => row.what)
}
