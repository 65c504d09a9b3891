import { texts } from '../language/texts.ts'
import type { Examined } from './examined.ts'

/** Of which it would help to have another version. */
const wantsOriginal = new Set([
  'no_metadata',
  'not_a_jpeg',
  'too_small',
  'strongly_compressed',
  'pixels_not_decodable',
  'file_damaged',
  'too_compressed_for_resampling'
])

/** What somebody can do who got no conclusion. */
export function NextSteps({ notChecked }: Pick<Examined, 'notChecked'>) {
  const { findings: t } = texts.value
  const codes = new Set(notChecked.map(({ code }) => code))
  const steps = [
    t.next.original,
    [...codes].some((code) => wantsOriginal.has(code)) ? t.next.better : undefined,
    t.next.elsewhere,
    t.next.eyes
  ].filter((step) => step !== undefined)
  return (
    <section class="next-steps">
      <h2>{t.next.title}</h2>
      <ul>
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
        {codes.has('no_learned_detector') && (
          <li>
            {t.next.connect}{' '}
            <a href="/docs" target="_self" rel="external">
              {t.next.docs}
            </a>
          </li>
        )}
      </ul>
    </section>
  )
}
