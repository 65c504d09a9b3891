import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { startProcess } from '../harness/process.ts'
import { client, layGround, makeAccount } from '../harness/service.ts'

t.test('an analysis whose process is killed is finished by the next one, once', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const first = await startProcess(t, ground)
  const { body } = await client(first.url, key).upload(await photo({ description: 'hostile: slow 1500' }))
  await eventually(async () => (await client(first.url, key).get(body.id)).state === 'processing')
  first.child.kill('SIGKILL')
  await first.ended

  const second = await startProcess(t, ground)
  const listener = await listen(t, second.url, key)
  await listener.hears(body.id, 'analysis.completed')
  t.match(await client(second.url, key).get(body.id), { state: 'completed', attempt: 2 })
  t.same(listener.typesOf(body.id).filter((type) => type === 'analysis.completed').length, 1)
  const keys = await ground.s3.keys()
  t.notOk(keys.some((object) => object.includes('/evidence/1/')), 'nothing of the first attempt is left')
})

t.test('a file that kills the process fails after its third claim, and takes nobody with it', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  // The innocent stand beside the killer, in both threads of the same process.
  let running = await startProcess(t, ground, { ENGINE_THREADS: '2' })
  const { upload } = client(running.url, key)
  const innocent = []
  innocent.push(await upload(await photo({ seed: 1, description: 'hostile: slow 400' })))
  const killer = await upload(await photo({ seed: 2, description: 'hostile: segfault' }))
  innocent.push(await upload(await photo({ seed: 3, description: 'hostile: slow 400' })).catch(() => undefined))

  let deaths = 0
  for (;;) {
    const ended = await Promise.race([running.ended, waitForFailure(killer.body.id)])
    if (ended === undefined) break
    t.equal(ended.signal, 'SIGSEGV')
    deaths++
    running = await startProcess(t, ground, { ENGINE_THREADS: '2' })
  }
  t.equal(deaths, 3)
  const { rows } = await ground.database.query('SELECT failure_code, attempt FROM analyses WHERE id = $1', [killer.body.id])
  t.same(rows, [{ failure_code: 'analysis_crashed', attempt: 3 }])
  for (const other of innocent) {
    if (other?.response.status !== 202) continue
    const after = await client(running.url, key).get(other.body.id, 20)
    t.equal(after.state, 'completed', 'a file beside it is finished')
    t.ok(after.attempt <= 2, 'and pays at most one attempt')
  }

  async function waitForFailure(id: string): Promise<undefined> {
    await eventually(async () => {
      const { rows } = await ground.database.query("SELECT 1 FROM analyses WHERE id = $1 AND state = 'failed'", [id])
      return rows.length === 1
    }, 60_000)
  }
})

t.test('SIGTERM finishes what runs, closes the streams with a word on when to come back, and exits 0', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const service = await startProcess(t, ground)
  const listener = await listen(t, service.url, key)
  const { body } = await client(service.url, key).upload(await photo({ description: 'hostile: slow 700' }))
  await listener.hears(body.id, 'analysis.processing')
  service.child.kill('SIGTERM')
  t.same(await service.ended, { code: 0, signal: null })
  await listener.ended
  t.ok(listener.retry(), 'a retry time is given')
  const { rows } = await ground.database.query('SELECT state, attempt FROM analyses WHERE id = $1', [body.id])
  t.same(rows, [{ state: 'completed', attempt: 1 }])

  const next = await startProcess(t, ground)
  const again = await listen(t, next.url, key, listener.lastEventId())
  await again.hears(body.id, 'analysis.completed')
})
