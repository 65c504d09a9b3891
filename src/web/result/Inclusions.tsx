import type { ShareInclusion } from '../../shares/resource.ts'
import { texts } from '../language/texts.ts'

/** Ticks for what is shown to others only where the owner wants that; the names of a form's field `include`. */
export function Inclusions({ choices, chosen = [] }: { choices: readonly ShareInclusion[]; chosen?: readonly ShareInclusion[] }) {
  const { sharing: t } = texts.value
  return (
    <fieldset class="choices">
      <legend>{t.include}</legend>
      {choices.map((name) => (
        <label key={name}>
          <input type="checkbox" name="include" value={name} defaultChecked={chosen.includes(name)} /> {t.inclusions[name]}
        </label>
      ))}
      <p class="quiet">{t.leftOut}</p>
    </fieldset>
  )
}
