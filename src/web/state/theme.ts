import { effect, signal } from '@preact/signals'
import { keep, kept } from './kept.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** How the page looks: like the system, or as chosen here. */
export const theme = signal<Theme>(themes.find((name) => name === kept('theme')) ?? 'system')

export function choose(chosen: Theme): void {
  theme.value = chosen
  keep('theme', chosen)
}

// The colours follow `color-scheme`, see style/tokens.css.
effect(() => {
  document.documentElement.dataset.theme = theme.value
})
