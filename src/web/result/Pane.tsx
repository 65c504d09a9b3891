import type { ComponentChildren } from 'preact'
import type { Signal as State } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { texts } from '../language/texts.ts'
import { moved, transformOf, wholeView, zoomed, type View } from './view.ts'

const keyStep = 0.15
const zoomStep = 1.4

interface PaneProps {
  label: string
  /** Width by height of what is in it. */
  ratio: number
  /** Shared by panes that move in step. */
  view: State<View>
  children: ComponentChildren
}

/**
 * A window on a picture, which is enlarged by the wheel, two fingers or keys, and moved by dragging or the arrow keys. The wheel
 * scrolls the page until somebody has clicked into the picture: a page that can't be scrolled past it would be a trap.
 */
export function Pane({ label, ratio, view, children }: PaneProps) {
  const { viewer: t } = texts.value
  const frame = useRef<HTMLDivElement>(null)
  const pointers = useRef(new Map<number, { x: number; y: number }>())

  /** Where in the frame something happens, 0 to 1 each way. */
  function placeOf({ clientX, clientY }: { clientX: number; clientY: number }): [x: number, y: number] {
    const box = frame.current!.getBoundingClientRect()
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height]
  }

  function onWheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== frame.current) return
    event.preventDefault()
    // With two fingers on a touchpad the steps are small, and ctrlKey is set.
    const speed = event.ctrlKey ? 0.01 : 0.002
    view.value = zoomed(view.peek(), Math.exp(-event.deltaY * speed), ...placeOf(event))
  }

  function onPointerDown(event: PointerEvent): void {
    const [x, y] = placeOf(event)
    pointers.current.set(event.pointerId, { x, y })
    frame.current?.setPointerCapture(event.pointerId)
  }

  function onPointerMove(event: PointerEvent): void {
    const before = pointers.current.get(event.pointerId)
    if (before === undefined) return
    const [x, y] = placeOf(event)
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    pointers.current.set(event.pointerId, { x, y })
    if (other === undefined) {
      view.value = moved(view.peek(), before.x - x, before.y - y)
      return
    }
    const apart = (one: { x: number; y: number }) => Math.max(0.01, Math.hypot((one.x - other.x) * ratio, one.y - other.y))
    const shifted = moved(view.peek(), (before.x - x) / 2, (before.y - y) / 2)
    view.value = zoomed(shifted, apart({ x, y }) / apart(before), (x + other.x) / 2, (y + other.y) / 2)
  }

  const onPointerEnd = ({ pointerId }: PointerEvent) => void pointers.current.delete(pointerId)

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = keys[event.key]
    if (next === undefined) return
    event.preventDefault()
    view.value = next(view.peek())
  }

  return (
    <div
      ref={frame}
      class="pane"
      role="group"
      aria-label={`${label}. ${t.keys}`}
      tabIndex={0}
      data-zoomed={view.value.scale > 1}
      style={{ aspectRatio: ratio, maxWidth: `calc(var(--pane-height) * ${ratio})` }}
      onWheel={onWheel}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onDblClick={(event) => (view.value = zoomed(view.peek(), zoomStep * zoomStep, ...placeOf(event)))}
      onKeyDown={onKeyDown}
    >
      <div class="stage" style={{ transform: transformOf(view.value) }}>
        {children}
      </div>
    </div>
  )
}

const keys: { readonly [key: string]: (view: View) => View } = {
  '+': (view) => zoomed(view, zoomStep),
  '=': (view) => zoomed(view, zoomStep),
  '-': (view) => zoomed(view, 1 / zoomStep),
  '0': () => wholeView,
  ArrowLeft: (view) => moved(view, -keyStep, 0),
  ArrowRight: (view) => moved(view, keyStep, 0),
  ArrowUp: (view) => moved(view, 0, -keyStep),
  ArrowDown: (view) => moved(view, 0, keyStep)
}

/** The same by buttons, for all panes of a view. */
export function ZoomButtons({ view }: { view: State<View> }) {
  const { viewer: t } = texts.value
  const { scale } = view.value
  return (
    <div class="zoom" role="group" aria-label={t.zoom}>
      <button type="button" aria-label={t.zoomOut} disabled={scale <= 1} onClick={() => (view.value = zoomed(view.peek(), 1 / zoomStep))}>
        −
      </button>
      <output aria-live="off">{t.scale(scale)}</output>
      <button type="button" aria-label={t.zoomIn} onClick={() => (view.value = zoomed(view.peek(), zoomStep))}>
        +
      </button>
      <button type="button" disabled={scale <= 1} onClick={() => (view.value = wholeView)}>
        {t.whole}
      </button>
    </div>
  )
}
