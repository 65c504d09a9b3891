import { number, percent } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { movesVerdict, roundly, strengthLevel, strengthLevels, type Signal } from './examined.ts'

/** How strong a signal is, on a labelled scale and in words, and how often an ordinary photograph gives it. */
export function Strength({ signal }: { signal: Signal }) {
  const { findings: t } = texts.value
  const { supports, log10LikelihoodRatio: log10, log10Nfa } = signal
  if (supports === null || !movesVerdict(signal)) return <p class="quiet">{t.context}</p>
  const level = strengthLevel(signal)
  const isFor = log10 > 0
  return (
    <div class="strength">
      <div class="scale" aria-hidden="true">
        {t.strengths.map((_, step) => (
          <span key={step} data-filled={step <= level} />
        ))}
        <small>{t.strengths[0]}</small>
        <small>{t.strengths[strengthLevels - 1]}</small>
      </div>
      <p>
        <strong>{t.sign(t.strengths[level] ?? '')}</strong> {isFor ? t.signFor[supports] : t.signAgainst[supports]}.{' '}
        <span class="quiet">{isFor ? t.timesFor(number(roundly(10 ** log10), 1)) : t.timesAgainst(number(roundly(10 ** -log10), 1))}</span>
      </p>
      {typeof log10Nfa === 'number' && <p class="quiet">{falseAlarms(log10Nfa)}</p>}
    </div>
  )
}

const rarest = -6

/** In how many ordinary photographs such a signal is to be expected. */
function falseAlarms(log10Nfa: number): string {
  const { findings: t } = texts.value
  if (log10Nfa <= rarest) return t.expectedHardly(number(10 ** -rarest))
  if (log10Nfa < Math.log10(0.5)) return t.expectedIn(number(roundly(10 ** -log10Nfa)))
  return log10Nfa < 0 ? t.expectedShare(percent(10 ** log10Nfa)) : t.expectedOften
}
