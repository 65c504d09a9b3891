import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { eventually } from '../harness/eventually.ts'
import { answer, startReceiver } from '../harness/receiver.ts'
import { client, layGround, makeAccount, startService } from '../harness/service.ts'
import { startWithReceivers, verified, webhookOwner } from './webhooks.ts'

const ground = await layGround(t)
const { url } = await startWithReceivers(t, ground)

t.test('another account\'s webhook is as absent as one that never was', async (t) => {
  const owner = await webhookOwner(ground, url)
  const stranger = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  const { id } = await owner.make(receiver)
  await owner.call('POST', `/${id}/ping`)
  const delivery = await owner.newest(id, 'delivered')
  for (const [method, path, body] of [
    ['GET', `/${id}`],
    ['PATCH', `/${id}`, { enabled: false }],
    ['DELETE', `/${id}`],
    ['POST', `/${id}/ping`],
    ['POST', `/${id}/rotate-secret`],
    ['GET', `/${id}/deliveries`],
    ['POST', `/${id}/deliveries/${delivery.id}/resend`],
    ['POST', `/callbacks/deliveries/${delivery.id}/resend`]
  ] as const) {
    t.match(await stranger.call(method, path, body), { status: 404, body: { code: 'not_found' } }, `${method} ${path}`)
  }
  t.same((await stranger.call('GET', '')).body, { webhooks: [] })
  const other = await stranger.make(await startReceiver(t))
  t.match(await stranger.call('POST', `/${other.id}/deliveries/${delivery.id}/resend`), { status: 404 }, 'nor by a webhook of its own')
  t.match(await owner.call('POST', `/${other.id}/deliveries/${delivery.id}/resend`), { status: 404 })
  for (const path of ['/nonsense', '/nonsense/deliveries', `/${id}/deliveries/nonsense/resend`]) {
    t.equal((await owner.call(path.endsWith('resend') ? 'POST' : 'GET', path)).status, 404, path)
  }
  t.equal((await fetch(`${url}/v1/webhooks`)).status, 401)
  t.equal(receiver.received.length, 1)
})

t.test('what is shown of a webhook never holds its secret again', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  const created = await owner.call('POST', '', {
    url: receiver.url,
    events: ['analysis.completed'],
    description: 'archive'
  })
  t.equal(created.status, 201)
  t.equal(created.headers.get('location'), `/v1/webhooks/${created.body.id}`)
  const { id, secret } = created.body
  for (const [method, path, body] of [['GET', ''], ['GET', `/${id}`], ['PATCH', `/${id}`, { description: 'b' }], ['GET', `/${id}/deliveries`]] as const) {
    t.notMatch(JSON.stringify((await owner.call(method, path, body)).body), secret, `${method} ${path}`)
  }
  t.match((await owner.call('GET', `/${id}`)).body, { url: receiver.url, events: ['analysis.completed'], description: 'b', enabled: true })
})

t.test('what can not be a webhook is refused', async (t) => {
  const owner = await webhookOwner(ground, url)
  const events = ['analysis.completed']
  const good = 'https://hooks.example/'
  for (const [body, code] of [
    [{ url: 'ftp://hooks.example/', events }, 'invalid_url'],
    [{ url: 'http://10.0.0.1/', events }, 'invalid_url'],
    [{ url: 'http://[::1]/', events }, 'invalid_url'],
    [{ url: 'http://me:secret@hooks.example/', events }, 'invalid_url'],
    [{ url: good, events: [] }, 'invalid_request'],
    [{ url: good, events: ['analysis.queued'] }, 'invalid_request'],
    [{ url: good, events, description: 'a\u0000b' }, 'invalid_request'],
    [{ url: good }, 'invalid_request'],
    [{ events }, 'invalid_request'],
    [[], 'invalid_request']
  ] as const) {
    t.match(await owner.call('POST', '', body), { status: 400, body: { code } }, JSON.stringify(body))
  }
  const { id: mine } = await owner.make({ url: good })
  for (const changes of [{}, { foo: 1 }, { url: 'http://127.0.0.1:22/' }, { events: [] }]) {
    t.match(await owner.call('PATCH', `/${mine}`, changes), { status: 400 }, JSON.stringify(changes))
  }
  await owner.call('DELETE', `/${mine}`)
  const strict = await startService(t, ground)
  const there = client(strict.url, owner.key)
  const refused = await there.send('/v1/webhooks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: 'http://127.0.0.1:8080/', events })
  })
  t.equal(refused.status, 400, 'our own machine, where it is not allowed')

  const made = await Promise.all(Array.from({ length: 14 }, () => owner.call('POST', '', { url: good, events })))
  t.equal(made.filter(({ status }) => status === 201).length, 10, 'ten and no more, however many are asked for at once')
  t.match(made.find(({ status }) => status !== 201), { status: 409, body: { code: 'too_many_webhooks' } })
})

t.test('deleting a webhook, or disabling it, stops its deliveries', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t, answer(500))
  const doomed = await owner.make(receiver)
  const paused = await owner.make(receiver)
  for (const { id } of [doomed, paused]) {
    await owner.call('POST', `/${id}/ping`)
    await owner.newest(id, 'pending')
  }
  t.equal((await owner.call('DELETE', `/${doomed.id}`)).status, 204)
  t.match(await owner.call('PATCH', `/${paused.id}`, { enabled: false }), { body: { enabled: false, disabledReason: null } })
  const { rows } = await ground.database.query('SELECT webhook_id, state FROM webhook_deliveries WHERE account_id = $1', [owner.accountId])
  t.same(rows, [{ webhook_id: paused.id, state: 'cancelled' }])
  await owner.program.upload(await photo({ seed: 3 }), { prefer: 'wait=20' })
  t.equal(receiver.received.length, 2)
  t.equal((await owner.deliveries(paused.id)).length, 1, 'nothing is kept for a webhook that is disabled')
})

t.test('a request may bring an address of its own along, signed once the account has a secret for it', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  const send = async (fields: Array<[string, string | Blob]>) => {
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value)
    const response = await owner.program.send('/v1/analyses', { method: 'POST', body: form })
    return { status: response.status, body: (await response.json()) as { id: string; code?: string } }
  }
  const file = async (seed: number) => new Blob([(await photo({ seed })) as Uint8Array<ArrayBuffer>])

  const first = await send([['callback_url', receiver.url], ['file', await file(4)]])
  t.equal(first.status, 202)
  const [plain] = await receiver.gets(1)
  t.equal(plain?.headers['webhook-signature'], undefined)
  t.match(JSON.parse(plain!.body), { id: plain?.headers['webhook-id'], type: 'analysis.completed', data: { id: first.body.id } })

  const { secret } = (await owner.call('POST', '/callbacks/rotate-secret')).body
  const again = await send([['callback_url', receiver.url], ['file', await file(4)]])
  await receiver.gets(2)
  t.match(verified(secret, receiver.received[1]!), { data: { id: again.body.id } }, 'an answer from the earlier result is told as well')
  await owner.call('POST', '/callbacks/rotate-secret')
  const delivery = await owner.newest('callbacks', 'delivered')
  t.match(delivery, { url: receiver.url, attempts: [{ status: 200 }] })
  await owner.call('POST', `/callbacks/deliveries/${delivery.id}/resend`)
  await receiver.gets(3)
  t.ok(verified(secret, receiver.received[2]!), 'the one before still signs')
  t.equal(receiver.received[2]?.headers['webhook-id'], receiver.received[1]?.headers['webhook-id'])

  for (const [fields, code] of [
    [[['file', await file(5)], ['callback_url', receiver.url]], 'invalid_form'],
    [[['callback_url', receiver.url], ['callback_url', receiver.url], ['file', await file(6)]], 'invalid_form'],
    [[['callback_url', 'http://169.254.169.254/'], ['file', await file(7)]], 'invalid_url'],
    [[['callback_url', ''], ['file', await file(8)]], 'invalid_url']
  ] as Array<[Array<[string, string | Blob]>, string]>) {
    t.match(await send(fields), { status: 400, body: { code } }, code)
  }
  const { rows } = await ground.database.query('SELECT count(*)::int AS rows FROM analyses WHERE account_id = $1', [owner.accountId])
  t.same(rows, [{ rows: 2 }], 'nothing is left of what was refused')
})

t.test('deliveries are listed in pages, and removed a month after their end', async (t) => {
  const owner = await webhookOwner(ground, url)
  const receiver = await startReceiver(t)
  const { id } = await owner.make(receiver)
  for (let ping = 0; ping < 5; ping++) await owner.call('POST', `/${id}/ping`)
  await receiver.gets(5)
  await eventually(async () => (await owner.deliveries(id)).every(({ state }) => state === 'delivered'))
  const all = (await owner.deliveries(id)).map((delivery) => delivery.id)
  t.same(all, all.toSorted().toReversed(), 'newest first')
  const paged: string[] = []
  let path: string | null = `/v1/webhooks/${id}/deliveries?limit=2`
  while (path !== null) {
    const response = await owner.program.send(path)
    const page = (await response.json()) as { deliveries: Array<{ id: string }>; next: string | null }
    paged.push(...page.deliveries.map((delivery) => delivery.id))
    t.equal(response.headers.get('link'), page.next === null ? null : `<${page.next}>; rel="next"`)
    path = page.next
  }
  t.same(paged, all)
  t.match(await owner.call('GET', `/${id}/deliveries?cursor=nonsense`), { status: 400, body: { code: 'invalid_cursor' } })

  await ground.database.query("UPDATE webhook_deliveries SET ended_at = now() - interval '31 days' WHERE id = $1", [all[0]])
  await eventually(async () => (await owner.deliveries(id)).length === 4)
  const { rows } = await ground.database.query('SELECT 1 FROM webhook_attempts WHERE delivery_id = $1', [all[0]])
  t.same(rows, [])
  const { key } = await makeAccount(ground)
  t.same((await (await client(url, key).send('/v1/webhooks/callbacks/deliveries')).json()), { deliveries: [], next: null })
})
