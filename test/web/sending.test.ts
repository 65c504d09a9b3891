import t from 'tap'
import { pauseAfter } from '../../src/client/retry.ts'

/** What the modules ask of a browser when they are loaded. */
Object.assign(globalThis, { document: { documentElement: {} } })
const { outcomesOf, reasonsOf } = await import('../../src/web/state/parcel.ts')
const { readFilters, toApiQuery, toPageQuery } = await import('../../src/web/history/filters.ts')
const { isAddress, namedByTime } = await import('../../src/web/analyse/incoming.ts')

type Answer = Parameters<typeof outcomesOf>[1]

t.test('each file finds its own answer, whatever came of the others', (t) => {
  const links = { self: '', thumbnail: null }
  const member = (id: string, fileName: string) => ({ id, state: 'queued', fileName, verdict: null, links })
  const answer = {
    id: 'batch',
    analyses: [member('1', 'a.jpg'), member('2', 'a.jpg'), member('3', 'the service calls it so.jpg')],
    refused: [{ fileName: 'b.pdf', code: 'unsupported_file_type', detail: 'No.' }]
  } as unknown as Answer
  const found = outcomesOf(['a.jpg', 'b.pdf', 'odd\u0000name.jpg', 'a.jpg', 'never reached.jpg'], answer)
  t.match(found, [{ analysis: { id: '1' }, batchId: 'batch' }, { refusal: { code: 'unsupported_file_type' } }, { analysis: { id: '3' } }, { analysis: { id: '2' } }, undefined])
  t.end()
})

t.test('where every file of a request was refused, each is told its own reason', (t) => {
  const errors = ['a: b.pdf: unsupported_file_type. Supported are some. Others not.', 'vide.jpg : empty_file. Le fichier est vide.'].map((detail, n) => ({ pointer: `/refused/${n}`, detail }))
  const problem = { errors, message: 'The type is wrong.' } as Parameters<typeof reasonsOf>[0]
  t.same(reasonsOf(problem, 3), ['Supported are some. Others not.', 'Le fichier est vide.', 'The type is wrong.'])
  t.end()
})

t.test('the same is sent again by itself after longer and longer pauses, and when a limit opens soon', (t) => {
  const after = (status: number, attempts: number, retryAfterSeconds?: number) => pauseAfter({ status, code: 'unknown', retryAfterSeconds }, attempts)
  t.same([1, 2, 3, 4, 5].map((attempts) => after(0, attempts)), [2_000, 5_000, 15_000, 30_000, undefined])
  t.equal(after(503, 1, 20), 20_000, 'not before it was asked to')
  t.equal(after(429, 9, 60), 60_000)
  t.equal(after(429, 1, 86_400), undefined, 'a quota is for somebody to decide about')
  t.equal(after(415, 1), undefined)
  t.equal(pauseAfter({ status: 409, code: 'idempotency_key_in_flight', retryAfterSeconds: 2 }, 9), 2_000)
  t.end()
})

t.test('filters stand in the address of the page; days are those of the person, to their end', (t) => {
  const filters = readFilters({ state: 'failed', from: '2026-03-29', to: '2026-03-29', fileName: 'é & co', nonsense: '1', kind: '' })
  t.equal(toPageQuery(filters), '?fileName=%C3%A9+%26+co&state=failed&from=2026-03-29&to=2026-03-29')
  const query = new URLSearchParams(toApiQuery(filters))
  t.equal(query.get('from'), new Date(2026, 2, 29).toISOString())
  t.equal(query.get('to'), new Date(2026, 2, 30).toISOString())
  t.equal(toApiQuery({ from: 'yesterday' }), '')
  t.end()
})

t.test('what is pasted is an address when it is one, and a picture has the time for its name', (t) => {
  t.same(['https://a.example/b.jpg', 'HTTP://a.example', 'a.example', 'https://', 'https://a b', 'javascript:1', 'file:///x'].filter(isAddress), ['https://a.example/b.jpg', 'HTTP://a.example'])
  t.equal(namedByTime(new File([], 'image.png'), new Date(2026, 10, 22, 9, 5, 7)).name, '2026-11-22 09.05.07.png')
  t.equal(namedByTime(new File([], 'mine.png')).name, 'mine.png')
  t.end()
})
