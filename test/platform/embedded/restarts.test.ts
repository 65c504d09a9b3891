import t from 'tap'
import { countFailures, pauseBeforeRestart, restartPolicy } from '../../../src/platform/embedded/restarts.ts'

t.test('the pause doubles from half a second to half a minute', (t) => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((failures) => pauseBeforeRestart(failures, restartPolicy))
  t.same(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  t.end()
})

t.test('a service that dies 100 times at once is paused for most of an hour in all', (t) => {
  let failures = 0
  let pausedMs = 0
  for (let death = 0; death < 100; death++) {
    failures = countFailures(failures, 10, restartPolicy)
    pausedMs += pauseBeforeRestart(failures, restartPolicy)
  }
  t.equal(pausedMs, 31_500 + 94 * 30_000)
  t.end()
})

t.test('after a minute of healthy life the pause is short again', (t) => {
  t.equal(countFailures(9, 59_999, restartPolicy), 10)
  t.equal(countFailures(9, 60_000, restartPolicy), 1)
  t.end()
})
