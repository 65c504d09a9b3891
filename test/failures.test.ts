import t from 'tap'
import { failuresOf } from './failures.ts'

/** One of each: a failure, one that TAP's directive excuses (it must not be named), and a file that was ended. */
const report = `TAP version 14
# Subtest: test/a.test.ts
    # Subtest: counts
        ok 1 - should be equal
        not ok 2 - should be equivalent
          ---
          diff: |
            -  1
            +  2
          ...
        not ok 3 - not yet # TODO
        1..3
    not ok 1 - counts # time=3ms
      ---
      at:
        fileName: test/a.test.ts
      ...
    
    # Subtest: goes on
        ok 1 - should be equal
        1..1
    ok 2 - goes on # time=1ms
    
    1..2
not ok 1 - test/a.test.ts # time=5ms
  ---
  exitCode: 1
  ...

# Subtest: test/b.test.ts
    1..0
not ok 2 - test/b.test.ts # time=240000ms
  ---
  signal: SIGTERM
  ...

1..2
# { total: 5, pass: 2, fail: 2, todo: 1 }
`

t.test('what failed is named once, with where it stands and what is said of it', async (t) => {
  t.same(failuresOf(report), [
    ['test/a.test.ts › counts', 'not ok 2 - should be equivalent', '  diff: |', '    -  1', '    +  2'].join('\n'),
    ['not ok 2 - test/b.test.ts # time=240000ms', '  signal: SIGTERM'].join('\n')
  ])
})

t.test('of a report in which nothing failed nothing is said', async (t) => {
  t.same(failuresOf(report.replaceAll('not ok', 'ok')), [])
  t.same(failuresOf(''), [])
})
