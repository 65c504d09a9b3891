import { texts } from '../language/texts.ts'

/** Something goes on that takes a moment. With `said`, for a page or a part of one that has nothing else to show yet. */
export function Spinner({ said = false }: { said?: boolean }) {
  if (!said) return <span class="spinner" aria-hidden="true" />
  return (
    <p class="spinner-place" role="status">
      <span class="spinner" aria-hidden="true" />
      {texts.value.parts.loading}…
    </p>
  )
}
