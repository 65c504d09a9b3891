import type { Test } from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { hostileDetectors } from '../harness/process.ts'
import { client, layGround, makeAccount, startService, type Ground } from '../harness/service.ts'

/** Uploads a crowd of files before anybody works on them. */
export async function crowd(ground: Ground, url: string, count: number, slowMs: number): Promise<string> {
  const { accountId, key } = await makeAccount(ground, 'PREMIUM')
  const files = await Promise.all(Array.from({ length: count }, (_, n) => tiny(n + 1, slowMs)))
  const lanes = Array.from({ length: 8 }, async (_, lane) => {
    for (let n = lane; n < files.length; n += 8) {
      const { response } = await client(url, key).upload(files[n]!)
      if (response.status !== 202) throw new Error(`The upload was answered ${response.status}`)
    }
  })
  await Promise.all(lanes)
  return accountId
}

export const tiny = (seed: number, slowMs: number) => photo({ width: 24, height: 16, seed, description: `hostile: slow ${slowMs}` })
export const waiting = async (ground: Ground, accountId: string) =>
  (await ground.database.query("SELECT count(*)::int AS files FROM analyses WHERE account_id = $1 AND state IN ('queued', 'processing')", [accountId])).rows[0].files as number


/**
 * Has single photos come in without a pause, each of an account that has nothing else in flight, more than one thread
 * can work on, until a crowd of files of one account is done.
 */
export async function finishesUnderStream(t: Test, { files, streams, timeoutMs }: { files: number; streams: number; timeoutMs: number }): Promise<void> {
  const ground = await layGround(t)
  const env = { RECONCILE_EVERY_MS: '100', LEDGER_AGEING_MS: '100' }
  const api = await startService(t, ground, { ...env, ROLES: 'api' })
  const crowdId = await crowd(ground, api.url, files, 5)
  const singles = await Promise.all(Array.from({ length: streams }, () => makeAccount(ground, 'PREMIUM')))
  const over = new AbortController()
  let done = 0
  const streaming = singles.map(async ({ key }, n) => {
    const program = client(api.url, key)
    for (let round = 0; !over.signal.aborted; round++) {
      const { body } = await program.upload(await tiny(10_000 + n * 10_000 + round, 10))
      const { state } = await program.get(body.id, 30)
      if (state === 'completed') done++
    }
  })
  await startService(t, ground, { ...env, ROLES: 'worker', ENGINE_DETECTORS: hostileDetectors })
  const start = performance.now()
  let left = files
  try {
    await eventually(async () => (left = await waiting(ground, crowdId)) === 0, timeoutMs)
  } finally {
    const seconds = ((performance.now() - start) / 1_000).toFixed(1)
    t.comment(`${files - left} of ${files} files of a crowd in ${seconds} s, beside ${done} single photos`)
    over.abort()
    await Promise.all(streaming)
  }
  const { rows } = await ground.database.query('SELECT state, count(*)::int FROM analyses WHERE account_id = $1 GROUP BY 1', [crowdId])
  t.same(rows, [{ state: 'completed', count: files }])
  t.ok(done > files / 2, 'and the single photos did not stand still')
}
