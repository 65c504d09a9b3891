import { useId } from 'preact/hooks'

/** Several choices, of which any number may be ticked; the values of a form's field. */
export function Ticks<Name extends string>(props: {
  label: string
  name: string
  choices: readonly Name[]
  said: Record<Name, string>
  ticked: readonly Name[]
  error?: string | undefined
}) {
  const { label, name, choices, said, ticked, error } = props
  const id = useId()
  return (
    <fieldset class="ticks" aria-describedby={error === undefined ? undefined : id}>
      <legend>{label}</legend>
      {choices.map((choice) => (
        <label key={choice}>
          <input type="checkbox" name={name} value={choice} defaultChecked={ticked.includes(choice)} />
          {said[choice]}
        </label>
      ))}
      {error !== undefined && (
        <p class="error" id={id}>
          {error}
        </p>
      )}
    </fieldset>
  )
}
