import { number } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { countVerdicts, type FileSummary } from '../state/files.ts'

/** How many of each verdict there are, and how many are still to come: a bar, and the same in words. */
export function CountBar({ analyses }: { analyses: readonly FileSummary[] }) {
  const { batch: t, files } = texts.value
  const names: Record<string, string> = { ...files.verdicts, none: t.withoutVerdict }
  const counts = Object.entries(countVerdicts(analyses)).filter(([, count]) => count > 0)
  const open = analyses.length - counts.reduce((sum, [, count]) => sum + count, 0)
  if (analyses.length === 0) return null
  return (
    <section class="counts" aria-label={t.verdicts}>
      <div class="count-bar" aria-hidden="true">
        {counts.map(([name, count]) => (
          <span key={name} data-verdict={name} style={{ flexGrow: count }} />
        ))}
        {open > 0 && <span class="open" style={{ flexGrow: open }} />}
      </div>
      {counts.length > 0 && (
        <ul>
          {counts.map(([name, count]) => (
            <li key={name} data-verdict={name}>
              <span class="badge" data-verdict={name}>
                {names[name]}
              </span>{' '}
              {number(count)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
