import t from 'tap'
import { log10Ratio } from '../../../src/engine/providers/calibration.ts'
import { signalsOfPicture } from '../../../src/engine/providers/sightengineSignals.ts'
import { conclude } from '../../../src/engine/verdict.ts'

t.test('a score counts as its odds, up to what false alarms allow', async (t) => {
  const table: readonly [score: number, falseAlarmRate: number, ratio: number][] = [
    [0, 0.01, 1],
    [0.5, 0.01, 1],
    [0.75, 0.01, 3],
    [0.9, 0.01, 9],
    [0.99, 0.01, 99],
    [1, 0.01, 99],
    [0.99, 0.1, 9],
    [1, 0.5, 1],
    [0.8, 0.001, 4]
  ]
  for (const [score, rate, ratio] of table) t.equal((10 ** log10Ratio(score, rate)).toFixed(3), ratio.toFixed(3), `${score} at ${rate}`)
})

t.test('a higher score never counts for less', async (t) => {
  for (const rate of [0.001, 0.01, 0.1, 0.4]) {
    const ratios = Array.from({ length: 1_001 }, (_, n) => log10Ratio(n / 1_000, rate))
    t.ok(ratios.every((ratio, n) => Number.isFinite(ratio) && ratio >= (ratios[n - 1] ?? 0)), `${rate}`)
  }
})

t.test('Sightengine’s genai makes a verdict alone from 0.988, deepfake never does', async (t) => {
  const verdictOf = (scores: { ai_generated: number; deepfake: number }) => conclude(signalsOfPicture(scores), []).verdict
  t.equal(verdictOf({ ai_generated: 0.987, deepfake: 0 }), 'inconclusive')
  t.equal(verdictOf({ ai_generated: 0.988, deepfake: 0 }), 'ai_generated')
  t.equal(verdictOf({ ai_generated: 0, deepfake: 1 }), 'inconclusive')
})
