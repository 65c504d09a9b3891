import { percent } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Notice } from '../parts/Notice.tsx'
import { groundsOf, movesVerdict, restsOnOwnWord, sayableShare, signalId, type Examined } from './examined.ts'
import { detectorName } from './names.ts'
import { NextSteps } from './NextSteps.tsx'

/** The verdict in a few words: the heading of its page. */
export function headlineOf(examined: Examined): string {
  const { findings: t, files } = texts.value
  const { verdict, signals } = examined
  if (verdict === null) return t.none
  // Why it is so is not kept.
  if (isPurged(examined)) return files.verdicts[verdict]
  if (verdict === 'ai_generated' && restsOnOwnWord({ verdict, signals })) return t.headlines.says_ai_generated
  if (verdict === 'inconclusive' && groundsOf({ verdict, signals }).length > 0) return t.headlines.too_weak
  return t.headlines[verdict]
}

const isPurged = (examined: Examined): boolean => 'purgedAt' in examined && examined.purgedAt !== null

/** How sure the verdict is, what it rests on, and what could not be looked at. */
export function Verdict({ examined }: { examined: Examined }) {
  const { findings: t } = texts.value
  const { verdict, score, summary, degraded } = examined
  return (
    <div class="verdict">
      {score !== null && (
        <p class="sureness">
          {t.sureness(sureness(score), percent(sayableShare(score)))} <span class="quiet">{t.byThisExamination}</span>
        </p>
      )}
      {summary !== null && <p class="lead">{summary}</p>}
      {verdict === 'inconclusive' && <p>{t.honest}</p>}
      <Grounds examined={examined} />
      {degraded !== null && (
        <Notice tone="problem">
          {t.degraded} {degraded}
        </Notice>
      )}
      {examined.notChecked.length > 0 && <NotChecked examined={examined} />}
      {verdict === 'inconclusive' && !isPurged(examined) && <NextSteps notChecked={examined.notChecked} />}
    </div>
  )
}

function sureness(score: number): string {
  const { sure } = texts.value.findings
  if (score >= 0.98) return sure.most
  return score >= 0.95 ? sure.very : sure.rather
}

/** Links to the cards that say more. */
function Grounds({ examined }: { examined: Examined }) {
  const { findings: t } = texts.value
  const grounds = groundsOf(examined).slice(0, 4)
  if (grounds.length === 0) return null
  return (
    <p class="grounds">
      {examined.verdict === 'inconclusive' ? t.tooWeakAre : t.restsOn}{' '}
      {grounds.map((signal, index) => (
        <span key={index}>
          {index > 0 && ' · '}
          <a href={`#${signalId(examined.signals.indexOf(signal))}`}>{detectorName(signal.detector)}</a>
        </span>
      ))}
    </p>
  )
}

function NotChecked({ examined }: { examined: Examined }) {
  const { findings: t } = texts.value
  const { notChecked } = examined
  return (
    <details class="not-checked" open={!examined.signals.some(movesVerdict)}>
      <summary>{t.notChecked(notChecked.length)}</summary>
      <ul>
        {notChecked.map(({ reason }, index) => (
          <li key={index}>{reason}</li>
        ))}
      </ul>
    </details>
  )
}
