import t from 'tap'
import { runScenario } from './run.ts'
import { scenarios } from './scenarios.ts'

// The five that find most; all of them run in `faults.long.test.ts`.
for (const scenario of scenarios.filter(({ short }) => short)) {
  t.test(scenario.name, async (t) => {
    await runScenario(t, scenario)
  })
}
