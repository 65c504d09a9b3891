import { signal, type Signal as State } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Evidence, Examined, Signal } from './examined.ts'
import { byStrength, movesVerdict } from './examined.ts'
import { wholeView, type View } from './view.ts'

/** How the pictures of a result are being looked at; cards and viewer share it. */
export interface Viewing {
  /** The evidence picture that is shown, by its name; null for the picture alone. */
  layer: State<string | null>
  /** Whether it is laid over the picture at the moment. */
  isOn: State<boolean>
  /** Of the layer, 0 to 1. */
  opacity: State<number>
  /** Whether places that were measured are framed. */
  outlines: State<boolean>
  /** Beside the picture instead of over it. */
  beside: State<boolean>
  /** Across the whole page. */
  wide: State<boolean>
  /** In step for all pictures. */
  view: State<View>
}

/** Maps cover everything, masks only what they mark. */
const firstOpacity: { readonly [layer in NonNullable<Evidence['layer']>]: number } = { mask: 1, map: 0.75, beside: 1 }

/** Begins with the picture that shows the strongest signal. */
export function useViewing({ signals, evidence }: Pick<Examined, 'signals' | 'evidence'>): Viewing {
  return useMemo(() => {
    const strongest = byStrength(signals.filter(movesVerdict)).flatMap((one) => one.evidence)[0]
    const first = strongest ?? evidence.find(({ layer }) => layer === 'beside')?.name ?? null
    return {
      layer: signal(first),
      isOn: signal(true),
      opacity: signal(opacityOf(evidence.find(({ name }) => name === first))),
      outlines: signal(true),
      beside: signal(false),
      wide: signal(false),
      view: signal(wholeView)
    }
  }, [])
}

const opacityOf = (evidence: Evidence | undefined): number => firstOpacity[evidence?.layer ?? 'beside']

export function showLayer(viewing: Viewing, evidence: Evidence | undefined): void {
  viewing.layer.value = evidence?.name ?? null
  viewing.isOn.value = true
  viewing.opacity.value = opacityOf(evidence)
}

export interface Region {
  x: number
  y: number
  width: number
  height: number
}

/** Places in the picture that signals measured which share an evidence picture, in its pixels. */
export function regionsOf(signals: readonly Signal[], layer: string): Region[] {
  return signals
    .filter(({ evidence }) => evidence.includes(layer))
    .flatMap(({ measured: { regions, region } }) => (Array.isArray(regions) ? (regions as unknown[]) : [region]))
    .filter(isRegion)
}

function isRegion(value: unknown): value is Region {
  if (typeof value !== 'object' || value === null) return false
  const { x, y, width, height } = value as Partial<Region>
  return [x, y, width, height].every((side) => typeof side === 'number' && Number.isFinite(side))
}
