import t from 'tap'
import { finishesUnderStream } from './crowd.ts'

t.test('under a steady stream of single photos, more than can be worked on, 200 files still come to their end', (t) =>
  finishesUnderStream(t, { files: 200, streams: 12, timeoutMs: 240_000 }))
