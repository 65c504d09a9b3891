import t from 'tap'
import { createLogger, type ErrorLine } from '../../src/observability/logger.ts'

t.test('members that hold secrets are hidden at any depth, and the line stays JSON', async (t) => {
  const lines: string[] = []
  const log = createLogger({ logLevel: 'info' }, { write: (line) => void lines.push(line) })
  log.info({ password: 'p1 "quoted\\', headers: { cookie: { a: 'c1' } }, a: { b: { c: { token: 't1 "\\" x', 'set-cookie': 's1', tokens: 'kept' } } } }, 'On demand')
  const line = JSON.parse(lines[0]!) as object
  t.match(line, { password: '…', headers: { cookie: '…' }, a: { b: { c: { token: '…', 'set-cookie': '…', tokens: 'kept' } } }, msg: 'On demand' })
})

t.test('who wants to be told of errors is told of each line from error up, with the ids of its logger', async (t) => {
  const told: ErrorLine[] = []
  const log = createLogger({ logLevel: 'info' }, { write: () => undefined }, (line) => void told.push(line)).child({ requestId: 'r' })
  const error = new Error('on demand')
  log.warn({ err: error }, 'not this')
  log.error({ err: error, code: 'c' }, 'this')
  log.fatal(error)
  log.error('only words')
  t.match(told, [
    { level: 'error', message: 'this', error, fields: { requestId: 'r', code: 'c' } },
    { level: 'fatal', error },
    { level: 'error', message: 'only words', error: undefined, fields: { requestId: 'r' } }
  ])
  t.equal(told.length, 3)
})
