import { useId } from 'preact/hooks'
import { percent } from '../language/format.ts'

/**
 * How far something has come, under its name.
 * @param props.share between 0 and 1; undefined while nobody knows
 * @param props.value said instead of the percentage, such as “40 of 100”
 */
export function Progress({ label, share, value }: { label: string; share: number | undefined; value?: string }) {
  const id = useId()
  return (
    <div class="progress">
      <label for={id}>{label}</label>
      {share !== undefined && <span class="progress-value">{value ?? percent(share)}</span>}
      <progress id={id} max={1} value={share} />
    </div>
  )
}
