import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { listen } from '../harness/listen.ts'
import { startProcess } from '../harness/process.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'

t.test('a reader that does not read is dropped, and replays when it comes back', async (t) => {
  const ground = await layGround(t)
  const { url } = await startService(t, ground, { ROLES: 'api' })
  const { key, accountId } = await makeAccount(ground)
  const brisk = await listen(t, url, key)
  const place = brisk.lastEventId()
  const { hostname, port } = new URL(url)
  const idle = connect(Number(port), hostname)
  idle.on('error', () => undefined)
  let gone = false
  idle.on('close', () => (gone = true))
  idle.write(`GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`)
  await new Promise((resolve) => idle.once('data', resolve))
  idle.pause()

  // Far more than the buffers of both kernels hold: 900 events of 32 KB.
  const padding = 'x'.repeat(32_000)
  const before = process.memoryUsage().rss
  await ground.database.query(
    `INSERT INTO outbox (account_id, event)
     SELECT $1, json_build_object('id', gen_random_uuid(), 'type', 'analysis.queued', 'timestamp', now(), 'data', json_build_object('id', n::text, 'padding', $2::text))
     FROM generate_series(1, 900) AS n`,
    [accountId, padding]
  )
  await eventually(() => brisk.events().length >= 900, 60_000)
  const grownBy = (process.memoryUsage().rss - before) / 1e6
  t.comment(`resident memory of both sides grew by ${grownBy.toFixed(0)} MB`)
  // What stands in the kernel's buffers must be read before the end of the connection can be seen.
  idle.resume()
  await eventually(() => gone)
  t.pass('it was disconnected')
  const back = await listen(t, url, key, place)
  await eventually(() => back.events().length >= 900, 30_000)
  t.equal(new Set(back.events().map(({ id }) => id)).size, 900, 'and hears everything that it has missed')
})

t.test('two thousand listeners whose process dies come back to another one, and miss nothing', async (t) => {
  const ground = await layGround(t)
  const ACCOUNTS = 20
  const keys = (await Promise.all(Array.from({ length: ACCOUNTS }, () => makeAccount(ground)))).map(({ key }) => key)
  const keyOf = (n: number) => keys[n % ACCOUNTS]!
  const [first, second] = await Promise.all([startProcess(t, ground), startProcess(t, ground)])
  const agent = new Agent({ maxSockets: Infinity })
  let over = false
  t.teardown(() => {
    over = true
    agent.destroy()
  })
  const CLIENTS = 2_000
  const heard = new Map<number, Set<string>>()
  let connected = 0
  let refused = 0

  function open(n: number, url: string, place?: string): void {
    if (over) return
    const get = request(`${url}/v1/events`, {
      agent,
      headers: { authorization: `Bearer ${keyOf(n)}`, ...(place !== undefined && { 'last-event-id': place }) }
    })
    get.on('error', () => setTimeout(open, 100 + Math.random() * 900, n, second.url, place))
    get.on('response', (response: IncomingMessage) => {
      if (response.statusCode !== 200) {
        refused++
        response.resume()
        setTimeout(open, 100 + Math.random() * 900, n, second.url, place)
        return
      }
      connected++
      let text = ''
      const read = (chunk: Buffer) => {
        text += String(chunk)
        const whole = text.lastIndexOf('\n\n')
        if (whole < 0) return
        for (const message of text.slice(0, whole).split('\n\n')) {
          place = /^id: (.+)$/m.exec(message)?.[1] ?? place
          const event = /^data: (\{"id".+)$/m.exec(message)?.[1]
          if (event !== undefined) heard.set(n, (heard.get(n) ?? new Set()).add(JSON.parse(event).data.id))
        }
        text = text.slice(whole + 2)
      }
      response.on('data', read)
      response.on('error', () => undefined)
      response.on('close', () => {
        connected--
        setTimeout(open, 100 + Math.random() * 900, n, second.url, place)
      })
    })
    get.end()
  }

  for (let n = 0; n < CLIENTS; n++) open(n, n % 2 === 0 ? first.url : second.url)
  await eventually(() => connected === CLIENTS, 60_000)
  first.child.kill('SIGKILL')
  await first.ended
  const ids = await Promise.all(keys.map(async (key) => (await client(second.url, key).upload(await photo())).body.id))
  const start = performance.now()
  await eventually(() => connected === CLIENTS, 60_000)
  await eventually(() => [...heard].filter(([n, told]) => told.has(ids[n % ACCOUNTS]!)).length === CLIENTS, 60_000)
  t.comment(`all ${CLIENTS} were told within ${((performance.now() - start) / 1_000).toFixed(1)} s of the crash; refused on the way: ${refused}`)
  for (const [n, id] of ids.entries()) t.equal((await client(second.url, keyOf(n)).get(id, 30)).state, 'completed')
})

t.test('five hundred sockets that send a byte a second are closed, and others are served meanwhile', async (t) => {
  const ground = await layGround(t)
  const { url } = await startService(t, ground)
  const [{ key }, slow] = await Promise.all([makeAccount(ground), makeAccount(ground)])
  const { hostname, port } = new URL(url)
  const head = `POST /v1/analyses HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${slow.key}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n`
  const sockets: Socket[] = []
  let closed = 0
  for (let n = 0; n < 500; n++) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.on('close', () => closed++)
    socket.resume()
    if (n % 2 === 0) socket.write(head)
    sockets.push(socket)
  }
  let sent = 0
  const dripping = setInterval(() => {
    sent++
    for (const [n, socket] of sockets.entries()) {
      if (!socket.destroyed) socket.write(n % 2 === 0 ? '-' : head.charAt(sent))
    }
  }, 1_000)
  t.teardown(() => clearInterval(dripping))
  const { body } = await client(url, key).upload(await photo(), { prefer: 'wait=30' })
  t.equal(body.state, 'completed', 'somebody else is served')
  const start = performance.now()
  await eventually(() => closed === 500, 90_000)
  t.comment(`the last of them was closed after ${((performance.now() - start) / 1_000).toFixed(0)} s`)
  const { rows } = await ground.database.query("SELECT 1 FROM analyses WHERE state = 'uploading'")
  t.same(rows, [])
})

t.test('a disk that is full is a clear 507, and takes files again when it has room', async (t) => {
  const folder = join(temporaryFolder(t), 'small')
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch {
    t.plan(0, 'this user may not mount a small disk')
    return
  }
  t.teardown(() => execFileSync('umount', ['-l', folder]))
  const ground = await layGround(t)
  const { url } = await startService(t, ground, { STORAGE_URL: pathToFileURL(folder).href })
  const { key } = await makeAccount(ground)
  const big = Buffer.concat([await photo(), Buffer.alloc(4_000_000)])
  for (let n = 0; n < 3; n++) {
    const { response, body } = await client(url, key).upload(big)
    t.equal(response.status, 507)
    t.equal(body.code, 'storage_full')
  }
  const { body } = await client(url, key).upload(await photo(), { prefer: 'wait=30' })
  t.equal(body.state, 'completed', 'what fits is taken: nothing of the others is left')
  const { rows } = await ground.database.query('SELECT count(*)::int AS rows FROM analyses')
  t.same(rows, [{ rows: 1 }])
})
