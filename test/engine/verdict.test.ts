import t from 'tap'
import type { NotChecked, Signal } from '../../src/engine/types.ts'
import { conclude, maxLog10LikelihoodRatio, probability, threshold } from '../../src/engine/verdict.ts'

function signal(supports: Signal['supports'], log10LikelihoodRatio: number, detector = 'generator_traces'): Signal {
  return { detector, code: 'code', supports, log10LikelihoodRatio, log10Nfa: null, meaning: `Meaning of ${detector}.`, measured: {}, evidence: [] }
}

const rules: { name: string; signals: Signal[]; verdict: string; score?: number }[] = [
  { name: 'no signals', signals: [], verdict: 'inconclusive' },
  { name: 'context alone', signals: [signal(null, 0), signal(null, 0, 'error_level')], verdict: 'inconclusive' },
  { name: 'context that claims strength by mistake', signals: [signal(null, 9)], verdict: 'inconclusive' },
  { name: 'a generator’s record', signals: [signal('ai_generated', 4)], verdict: 'ai_generated', score: 0.991 },
  { name: 'a generator’s name', signals: [signal('ai_generated', 3)], verdict: 'ai_generated', score: 0.991 },
  { name: 'a claim in unverified credentials', signals: [signal('ai_generated', 2.5)], verdict: 'ai_generated', score: 0.972 },
  { name: 'a tool that can do both', signals: [signal('ai_generated', 1)], verdict: 'inconclusive' },
  { name: 'a declared composite with AI', signals: [signal('manipulated', 2.5, 'digital_source_type')], verdict: 'manipulated', score: 0.972 },
  { name: 'a thumbnail that differs, alone', signals: [signal('manipulated', 1, 'thumbnail')], verdict: 'inconclusive' },
  {
    name: 'a thumbnail that differs and fields that disagree',
    signals: [signal('manipulated', 1, 'thumbnail'), signal('manipulated', 0.5, 'camera_fields')],
    verdict: 'inconclusive'
  },
  {
    name: 'signals of one group, of which the strongest counts',
    signals: [signal('ai_generated', 1.2), signal('ai_generated', 1.2, 'digital_source_type')],
    verdict: 'inconclusive'
  },
  {
    name: 'signals of independent groups, which add up',
    signals: [signal('ai_generated', 1.2), signal('ai_generated', 1.2, 'noise_model')],
    verdict: 'ai_generated'
  },
  {
    name: 'both claims as strong as can be: the one that holds the other',
    signals: [signal('manipulated', 5, 'digital_source_type'), signal('ai_generated', 5)],
    verdict: 'ai_generated'
  },
  {
    name: 'manipulation as the stronger of two claims',
    signals: [signal('manipulated', 2.9, 'digital_source_type'), signal('ai_generated', 2.2)],
    verdict: 'manipulated'
  },
  { name: 'a claim of authenticity', signals: [signal('authentic', 9)], verdict: 'inconclusive' }
]

for (const { name, signals, verdict, score } of rules) {
  t.test(`${name}: ${verdict}`, async (t) => {
    const conclusion = conclude(signals, [])
    t.equal(conclusion.verdict, verdict)
    if (score !== undefined) t.equal(conclusion.score, score)
    t.same(conclude(signals.toReversed(), []), conclusion, 'whatever the order')
  })
}

t.test('nothing makes a verdict certain', async (t) => {
  const overwhelming = Array.from({ length: 100 }, (_, index) => signal('ai_generated', 9, `detector_${index}`))
  const { score } = conclude(overwhelming, [])
  t.ok(score !== null && score < 0.993)
  t.equal(probability('ai_generated', overwhelming), probability('ai_generated', [signal('ai_generated', maxLog10LikelihoodRatio)]))
  t.ok(probability('ai_generated', []) > 0)
})

t.test('a verdict is given from the threshold on, and inconclusive has no score', async (t) => {
  t.ok(probability('ai_generated', [signal('ai_generated', 1.909)]) >= threshold)
  t.equal(conclude([signal('ai_generated', 1.909)], []).verdict, 'ai_generated')
  t.match(conclude([signal('ai_generated', 1.9)], []), { verdict: 'inconclusive', score: null })
})

t.test('the summary gives the reason, and what would help', async (t) => {
  t.match(conclude([signal('ai_generated', 4)], []).summary, /probably made by a generator.*Meaning of generator_traces/)
  t.match(conclude([signal('manipulated', 1, 'thumbnail')], []).summary, /too weak.*Meaning of thumbnail/)
  const notChecked: NotChecked[] = [{ code: 'no_metadata', reason: 'None.' }]
  t.match(conclude([], notChecked).summary, /Nothing was found.*original file.*would help/)
  t.match(conclude([], []).summary, /look outside the file/, 'also where everything could be looked at')
  t.match(conclude([], [...notChecked, { code: 'content_credentials_not_verified', reason: 'Not.' }]).summary, /Content Credentials would help/)
})
