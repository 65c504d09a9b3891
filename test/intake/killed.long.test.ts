import { randomUUID } from 'node:crypto'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { startProcess } from '../harness/process.ts'
import { client, layGround, makeAccount } from '../harness/service.ts'
import { sendForm, startForm, type Answer } from './forms.ts'

t.test('a process that is killed at any moment leaves a key that leads to one analysis', async (t) => {
  const ground = await layGround(t)
  const { key, accountId } = await makeAccount(ground)
  const rows = async () =>
    (await ground.database.query('SELECT id FROM analyses WHERE account_id = $1', [accountId])).rows.length
  let running = await startProcess(t, ground, { ROLES: 'api' })
  for (let round = 0; round < 6; round++) {
    const name = randomUUID()
    const bytes = await photo({ seed: 100 + round, width: 64, height: 48 })
    const parts = round % 2 === 0 ? [{ bytes, name: 'one' }] : [{ bytes, name: 'one' }, { bytes: await photo({ seed: 200 + round, width: 64, height: 48 }), name: 'two' }]
    let cut = false
    // Killed while the object is written, or right behind it: the queueing may be under way, or done.
    ground.s3.misbehave = ({ method, url: { pathname } }) => {
      if (cut || method !== 'PUT' || !pathname.endsWith('/media')) return undefined
      cut = true
      setTimeout(() => running.child.kill('SIGKILL'), round * 4)
      return undefined
    }
    const before = await rows()
    const first = await sendForm(running.url, key, parts, { headers: { 'idempotency-key': name } }).catch(() => undefined)
    await running.ended
    ground.s3.misbehave = () => undefined
    running = await startProcess(t, ground, { ROLES: 'api' })
    let answer: Answer | undefined
    await eventually(async () => {
      answer = await sendForm(running.url, key, parts, { headers: { 'idempotency-key': name } })
      return answer.status === 202
    })
    await eventually(async () => (await ground.database.query("SELECT 1 FROM analyses WHERE state = 'uploading'")).rows.length === 0)
    t.equal((await rows()) - before, parts.length, `round ${round}, first answer ${first?.status ?? 'none'}`)
    if (first?.status === 202) t.equal(answer?.body.id, first.body.id)
  }
})

t.test('kill -9 in the middle of a batch: another process finishes what had come, and the batch says that it is incomplete', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const first = await startProcess(t, ground)
  const form = await startForm(t, first.url, key)
  for (const seed of [1, 2]) {
    form.begin(`${seed}`)
    form.write(await photo({ seed, description: 'hostile: slow 300' }))
  }
  form.begin('3')
  form.write((await photo({ seed: 3 })).subarray(0, 5_000))
  await eventually(async () => (await ground.database.query("SELECT 1 FROM analyses WHERE batch_id IS NULL AND state = 'uploading' AND file_name = '3'")).rows.length === 1)
  first.child.kill('SIGKILL')
  await first.ended
  const second = await startProcess(t, ground)
  const [{ id }] = (await ground.database.query('SELECT id FROM batches')).rows as [{ id: string }]
  const listener = await listen(t, second.url, key)
  await listener.hears(id, 'batch.completed')
  const batch = await (await client(second.url, key).send(`/v1/batches/${id}`)).json()
  t.match(batch, { intake: 'incomplete', counts: { completed: 2 } })
  t.same(listener.typesOf(id), ['batch.completed'])
  await eventually(async () => (await ground.database.query("SELECT 1 FROM analyses WHERE state = 'uploading'")).rows.length === 0)
})
