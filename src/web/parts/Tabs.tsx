import { useId } from 'preact/hooks'
import type { ComponentChildren } from 'preact'

interface Tab<Name extends string> {
  name: Name
  label: string
}

/** Several views of one thing, in one place; the arrow keys go from tab to tab (WAI-ARIA Authoring Practices). */
export function Tabs<Name extends string>(props: {
  label: string
  tabs: Array<Tab<Name>>
  chosen: Name
  onChoose: (name: Name) => void
  children: ComponentChildren
}) {
  const { label, tabs, chosen, onChoose, children } = props
  const id = useId()

  function move(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
    const at = tabs.findIndex(({ name }) => name === chosen)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = tabs[(to + tabs.length) % tabs.length]
    if (next === undefined) return
    onChoose(next.name)
    event.currentTarget.querySelector<HTMLElement>(`[data-name="${next.name}"]`)?.focus()
  }

  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ name, label }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            data-name={name}
            aria-selected={name === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => onChoose(name)}
          >
            {label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`}>
        {children}
      </div>
    </div>
  )
}
