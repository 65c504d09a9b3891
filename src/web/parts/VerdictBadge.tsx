import { texts } from '../language/texts.ts'
import '../style/files.css'
import type { Analysis } from '../../client/openapi.ts'

/** A verdict in as few words as a list has room for. */
export function VerdictBadge({ verdict }: { verdict: NonNullable<Analysis['verdict']> }) {
  return (
    <span class="badge" data-verdict={verdict}>
      {texts.value.files.verdicts[verdict]}
    </span>
  )
}
