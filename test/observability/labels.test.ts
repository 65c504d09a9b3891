import { Registry } from '@prometheus-io/client'
import t from 'tap'
import { boundedLabel } from '../../src/observability/labels.ts'
import { createMeasures } from '../../src/observability/measures.ts'
import { readSamples, samplesOf, total } from './scrape.ts'

t.test('a label shows what is known, and so many others', (t) => {
  const label = boundedLabel(['known'], 2)
  t.equal(label('first'), 'first')
  t.equal(label('known'), 'known')
  t.equal(label('second'), 'second')
  t.equal(label('third'), 'other')
  t.equal(label('first'), 'first', 'what is shown stays so')
  for (const odd of ['', 'two words', 'a"quote', 'x'.repeat(61), 'line\nbreak']) t.equal(boundedLabel([], 9)(odd), 'other', odd)
  t.end()
})

t.test('ids and codes that nobody foresaw make no series without end, and are counted all the same', async (t) => {
  const register = new Registry()
  const measures = createMeasures(register)
  const before = (await register.metrics()).split('\n').length
  measures.detectorsTook({ decode: 1, jpeg_grid: 1 })
  for (let n = 0; n < 1_000; n++) {
    measures.detectorsTook({ [`plugin_${n}`]: 10 })
    measures.providerTook(`provider_${n}`, 'image', 1)
    measures.providerFailed(`provider_${n}`, 'unknown')
    measures.analysisFailed({ kind: 'image', plan: 'FREE' }, { code: `code_${n}` })
    measures.webhookAttempted(`error_${n}`, 10)
  }
  const seen = readSamples(await register.metrics())
  t.ok(samplesOf(seen, 'faketect_detector_duration_seconds_count').length <= 61)
  t.equal(total(seen, 'faketect_detector_duration_seconds_count'), 1_002)
  t.equal(seen.get('faketect_detector_duration_seconds_count{detector="jpeg_grid"}'), 1)
  t.ok(samplesOf(seen, 'faketect_provider_failures_total').length <= 11)
  t.equal(total(seen, 'faketect_provider_failures_total'), 1_000)
  t.equal(seen.get('faketect_analysis_failures_total{code="other",type="image"}'), 1_000)
  t.equal(seen.get('faketect_webhook_attempts_total{outcome="other"}'), 1_000)
  t.ok((await register.metrics()).split('\n').length - before < 2_000)
})
