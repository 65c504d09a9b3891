import t from 'tap'
import type { NotChecked, Signal } from '../../src/engine/types.ts'
import { conclude, log10FamilyNfa, maxLog10LikelihoodRatio, measuringDetectors, probability, threshold } from '../../src/engine/verdict.ts'
import { say } from '../../src/language/say.ts'
import { quoted } from '../../src/language/sentence.ts'

function signal(supports: Signal['supports'], log10LikelihoodRatio: number, detector = 'generator_traces'): Signal {
  return { detector, code: 'code', supports, log10LikelihoodRatio, log10Nfa: null, meaning: quoted(`Meaning of ${detector}.`), measured: {}, evidence: [] }
}

/** A measurement that speaks for manipulation, as strong as its number of false alarms allows. */
function measurement(detector: string, log10Nfa: number | null, log10LikelihoodRatio = 3): Signal {
  return { ...signal('manipulated', log10LikelihoodRatio, detector), log10Nfa }
}

function credentials(code: string, supports: Signal['supports'], log10LikelihoodRatio = 3): Signal {
  return { ...signal(supports, log10LikelihoodRatio, 'content_credentials'), code }
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
  { name: 'a measurement that one photograph in 10,000 would show', signals: [measurement('jpeg_grid', -4)], verdict: 'manipulated', score: 0.991 },
  { name: 'one that one in 500 would show, of several detectors that look', signals: [measurement('jpeg_grid', -2.6)], verdict: 'inconclusive' },
  { name: 'a measurement that does not know its false alarms', signals: [measurement('jpeg_grid', null)], verdict: 'inconclusive' },
  { name: 'a rare measurement that is hardly less rare in forgeries', signals: [measurement('jpeg_grid', -4, 1.5)], verdict: 'inconclusive' },
  {
    name: 'two measurements, of which none is rare enough, however strong they are together',
    signals: [measurement('jpeg_grid', -2.5, 2), measurement('copy_move', -2.5, 2)],
    verdict: 'inconclusive'
  },
  {
    name: 'two measurements of one ground, each too weak',
    signals: [measurement('jpeg_grid', -4, 1.2), measurement('double_compression', -4, 1.2)],
    verdict: 'inconclusive'
  },
  { name: 'two of different grounds', signals: [measurement('jpeg_grid', -4, 1.2), measurement('copy_move', -4, 1.2)], verdict: 'manipulated' },
  { name: 'an edit by a generator that the file names', signals: [signal('manipulated', 2.5)], verdict: 'manipulated', score: 0.972 },
  { name: 'camera fields that contradict each other', signals: [signal('manipulated', 2.5, 'camera_fields')], verdict: 'inconclusive' },
  { name: 'noise that differs, whatever it claims', signals: [measurement('noise_inconsistency', -9)], verdict: 'inconclusive' },
  { name: 'a provider that speaks of a deepfake, alone', signals: [signal('manipulated', 3, 'sightengine')], verdict: 'inconclusive' },
  { name: 'a provider’s strong opinion', signals: [signal('ai_generated', 2, 'sightengine')], verdict: 'ai_generated' },
  {
    name: 'learned detectors that say the same, of which one counts',
    signals: [signal('ai_generated', 1.5, 'sightengine'), signal('ai_generated', 1.5, 'http_detector'), signal('ai_generated', 1.5, 'model_b')],
    verdict: 'inconclusive'
  },
  { name: 'a signature that does not match', signals: [credentials('altered_after_signing', 'manipulated')], verdict: 'manipulated', score: 0.991 },
  { name: 'a signed declaration of AI', signals: [credentials('declared_generated', 'ai_generated', 4)], verdict: 'ai_generated' },
  { name: 'a camera’s trusted signature', signals: [credentials('captured_and_signed', 'authentic')], verdict: 'authentic', score: 0.991 },
  {
    name: 'a camera’s trusted signature, against what was measured',
    signals: [credentials('captured_and_signed', 'authentic'), measurement('copy_move', -4), signal('ai_generated', 2, 'sightengine')],
    verdict: 'authentic'
  },
  {
    name: 'proof of both: what was altered is not authentic',
    signals: [credentials('captured_and_signed', 'authentic'), credentials('altered_after_signing', 'manipulated')],
    verdict: 'manipulated'
  },
  { name: 'a claim of authenticity by anybody else', signals: [signal('authentic', 9)], verdict: 'inconclusive' },
  {
    name: 'a proof’s code under another detector’s name',
    signals: [{ ...signal('authentic', 9, 'sightengine'), code: 'captured_and_signed' }],
    verdict: 'inconclusive'
  }
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

t.test('the bound on false alarms counts all detectors that measure', async (t) => {
  t.equal(log10FamilyNfa([]), Infinity)
  t.equal(log10FamilyNfa([measurement('jpeg_grid', -3), measurement('copy_move', -5)]), -5 + Math.log10(measuringDetectors.length))
})

t.test('a verdict is given from the threshold on, and inconclusive has no score', async (t) => {
  t.ok(probability('ai_generated', [signal('ai_generated', 1.909)]) >= threshold)
  t.equal(conclude([signal('ai_generated', 1.909)], []).verdict, 'ai_generated')
  t.match(conclude([signal('ai_generated', 1.9)], []), { verdict: 'inconclusive', score: null })
})

t.test('the summary gives the reason, and what would help', async (t) => {
  t.match(say(conclude([signal('ai_generated', 4)], []).summary, 'en'), /probably made by a generator.*Meaning of generator_traces/)
  t.match(say(conclude([signal('manipulated', 1, 'thumbnail')], []).summary, 'en'), /too weak.*Meaning of thumbnail/)
  const notChecked: NotChecked[] = [{ code: 'no_metadata', reason: quoted('None.') }]
  t.match(say(conclude([], notChecked).summary, 'en'), /Nothing was found.*original file.*would help/)
  t.match(say(conclude([], []).summary, 'en'), /look outside the file/, 'also where everything could be looked at')
  t.match(say(conclude([], [{ code: 'no_learned_detector', reason: quoted('None.') }, ...notChecked]).summary, 'en'), /original file/, 'what promises most comes first')
  t.match(say(conclude([], [{ code: 'no_learned_detector', reason: quoted('None.') }]).summary, 'en'), /learned detector would help.*not recognised/)
})
