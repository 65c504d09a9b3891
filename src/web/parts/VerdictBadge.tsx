import type { AnalysisResource } from '../../analyses/resource.ts'
import { texts } from '../language/texts.ts'
import '../style/files.css'

/** A verdict in as few words as a list has room for. */
export function VerdictBadge({ verdict }: { verdict: NonNullable<AnalysisResource['verdict']> }) {
  return (
    <span class="badge" data-verdict={verdict}>
      {texts.value.files.verdicts[verdict]}
    </span>
  )
}
