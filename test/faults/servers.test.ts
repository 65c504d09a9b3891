import t from 'tap'
import { runScenario } from './run.ts'
import { scenarios } from './scenarios.ts'

// The fault of a server that finds most; all faults run in `faults.long.test.ts`.
for (const scenario of scenarios.filter(({ short }) => short === 'servers')) {
  t.test(scenario.name, async (t) => {
    await runScenario(t, scenario)
  })
}
