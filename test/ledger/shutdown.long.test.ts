import { request } from 'node:http'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { listen } from '../harness/listen.ts'
import { startProcess } from '../harness/process.ts'
import { client, layGround, makeAccount } from '../harness/service.ts'

t.test('what does not finish within the time to shut down is handed back, and finished by another process', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const first = await startProcess(t, ground, { SHUTDOWN_MS: '3000' })
  const listener = await listen(t, first.url, key)
  const { body } = await client(first.url, key).upload(await photo({ description: 'hostile: slow 6000' }))
  await listener.hears(body.id, 'analysis.processing')
  first.child.kill('SIGTERM')
  t.same(await first.ended, { code: 0, signal: null })
  const { rows } = await ground.database.query('SELECT state, attempt_error FROM analyses WHERE id = $1', [body.id])
  t.same(rows, [{ state: 'processing', attempt_error: 'interrupted' }])

  const second = await startProcess(t, ground)
  t.match(await client(second.url, key).get(body.id, 30), { state: 'completed', attempt: 2 })
})

t.test('an upload that is under way when the process is told to end is still taken in', async (t) => {
  const ground = await layGround(t)
  const { key } = await makeAccount(ground)
  const { url, child, ended } = await startProcess(t, ground, { ROLES: 'api' })
  const bytes = await photo()
  const post = request(`${url}/v1/analyses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=b' }
  })
  const answered = new Promise<number | undefined>((resolve, reject) => {
    post.on('response', (response) => resolve(response.resume().statusCode))
    post.on('error', reject)
  })
  post.write('--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n')
  post.write(bytes.subarray(0, 5_000))
  await waitForUploadingRow()
  child.kill('SIGTERM')
  // It no longer listens, and yet it reads this one to its end.
  while (await fetch(`${url}/healthz`).then(() => true, () => false));
  post.write(bytes.subarray(5_000))
  post.end('\r\n--b--\r\n')
  t.equal(await answered, 202)
  t.same(await ended, { code: 0, signal: null })

  async function waitForUploadingRow(): Promise<void> {
    for (;;) {
      const { rows } = await ground.database.query("SELECT 1 FROM analyses WHERE state = 'uploading'")
      if (rows.length === 1) return
    }
  }
})
