import t from 'tap'
import { runScenario } from './run.ts'
import { scenarios } from './scenarios.ts'

// The faults of servers that find most; all faults run in `faults.long.test.ts`.
for (const scenario of scenarios.filter(({ short }) => short === 'servers')) {
  t.test(scenario.name, async (t) => {
    await runScenario(t, scenario)
  })
}
