import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { percent } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Notice } from '../parts/Notice.tsx'
import type { Evidence, Examined } from './examined.ts'
import { layerName } from './names.ts'
import { Pane, ZoomButtons } from './Pane.tsx'
import { regionsOf, showLayer, type Region, type Viewing } from './viewing.ts'

interface ViewerProps {
  examined: Examined
  /** The address of the picture, or of a frame of the video. */
  picture: string | null
  viewing: Viewing
}

/** The picture with what was found laid over it or beside it, and what that means. */
export function Viewer({ examined, picture, viewing }: ViewerProps) {
  const { viewer: t } = texts.value
  const { evidence, kind, signals } = examined
  const shown = evidence.find(({ name }) => name === viewing.layer.value)
  const ratio = examined.media === null ? 4 / 3 : examined.media.width / examined.media.height
  const isOverlay = shown !== undefined && shown.layer !== 'beside' && picture !== null
  const isOver = isOverlay && !viewing.beside.value
  const regions = shown === undefined || kind === 'video' ? [] : regionsOf(signals, shown.name)
  // What a sheet of frames shows is not that one frame.
  const showsPicture = picture !== null && !(kind === 'video' && shown !== undefined)

  const place = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  // It moves to another place of the page, and who has asked for that stays with it: at once, before they have gone on from there.
  useLayoutEffect(() => {
    if (!isFirst.current) place.current?.scrollIntoView({ block: 'nearest' })
    isFirst.current = false
  }, [viewing.wide.value])

  return (
    <section ref={place} class="viewer" aria-label={t.title}>
      {evidence.length > 0 && <LayerChoice examined={examined} viewing={viewing} hasPicture={picture !== null} />}
      <div class="panes">
        {showsPicture && (
          <Pane label={t.picture} ratio={ratio} view={viewing.view}>
            <Picture src={picture} alt={kind === 'video' ? t.frame : t.picture} />
            {isOver && viewing.isOn.value && (
              <img class="layer" src={shown.url} alt={layerName(examined, shown)} style={{ opacity: viewing.opacity.value }} draggable={false} />
            )}
            {viewing.outlines.value && viewing.isOn.value && <Outlines regions={regions} frame={examined.media} />}
          </Pane>
        )}
        {shown !== undefined && !isOver && <BesidePane key={shown.name} examined={examined} evidence={shown} ratio={shown.layer === 'beside' ? undefined : ratio} viewing={viewing} />}
      </div>
      <div class="viewer-controls">
        {(showsPicture || shown !== undefined) && <ZoomButtons view={viewing.view} />}
        {isOver && <LayerSwitch viewing={viewing} />}
        {isOverlay && <Toggle label={t.beside} pressed={viewing.beside} />}
        {regions.length > 0 && <Toggle label={t.outlines} pressed={viewing.outlines} />}
        <span class="only-wide-screens">
          <Toggle label={t.wide} pressed={viewing.wide} />
        </span>
      </div>
      {(showsPicture || shown !== undefined) && <p class="quiet only-with-pointer">{t.hint}</p>}
      {shown !== undefined && <Legend evidence={shown} examined={examined} />}
      {shown === undefined && evidence.length > 0 && <p class="quiet">{t.pictureAlone}</p>}
    </section>
  )
}

function LayerChoice({ examined, viewing, hasPicture }: { examined: Examined; viewing: Viewing; hasPicture: boolean }) {
  const { viewer: t } = texts.value
  const id = useId()
  return (
    <div class="layer-choice">
      <label for={id}>{t.layer}</label>
      <select
        id={id}
        value={viewing.layer.value ?? ''}
        onChange={({ currentTarget }) => showLayer(viewing, examined.evidence.find(({ name }) => name === currentTarget.value))}
      >
        {hasPicture && <option value="">{t.none}</option>}
        {examined.evidence.map((one) => (
          <option key={one.name} value={one.name}>
            {layerName(examined, one)}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Lays the layer over the picture and takes it away, and fades it. */
function LayerSwitch({ viewing }: { viewing: Viewing }) {
  const { viewer: t } = texts.value
  const id = useId()
  const { isOn, opacity } = viewing
  return (
    <div class="layer-switch">
      <Toggle label={t.show} pressed={isOn} />
      <label for={id}>{t.opacity}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={opacity.value}
        aria-valuetext={percent(opacity.value)}
        disabled={!isOn.value}
        onInput={({ currentTarget }) => (opacity.value = currentTarget.valueAsNumber)}
      />
    </div>
  )
}

function Toggle({ label, pressed }: { label: string; pressed: Viewing['isOn'] }) {
  return (
    <button type="button" class="toggle" aria-pressed={pressed.value} onClick={() => (pressed.value = !pressed.peek())}>
      {label}
    </button>
  )
}

/** A picture that says so when it can't be shown. */
function Picture({ src, alt, onRatio }: { src: string; alt: string; onRatio?: (ratio: number) => void }) {
  const { viewer: t } = texts.value
  const failed = useSignal(false)
  if (failed.value) return <p class="picture-missing">{t.missing}</p>
  return (
    <img
      src={src}
      alt={alt}
      draggable={false}
      onLoad={({ currentTarget }) => onRatio?.(currentTarget.naturalWidth / Math.max(1, currentTarget.naturalHeight))}
      onError={() => (failed.value = true)}
    />
  )
}

/** @param props.ratio of the picture's own frame; undefined for one that is known when it is there */
function BesidePane({ examined, evidence, ratio, viewing }: { examined: Examined; evidence: Evidence; ratio: number | undefined; viewing: Viewing }) {
  const own = useSignal(ratio ?? 16 / 9)
  const name = layerName(examined, evidence)
  return (
    <Pane label={name} ratio={own.value} view={viewing.view}>
      <Picture src={evidence.url} alt={name} onRatio={(found) => (own.value = found)} />
    </Pane>
  )
}

function Outlines({ regions, frame }: { regions: readonly Region[]; frame: Examined['media'] }) {
  if (frame === null || regions.length === 0) return null
  return (
    <svg class="outlines" viewBox={`0 0 ${frame.width} ${frame.height}`} preserveAspectRatio="none" aria-hidden="true">
      {regions.map(({ x, y, width, height }, index) => (
        <g key={index}>
          <rect class="halo" x={x} y={y} width={width} height={height} vector-effect="non-scaling-stroke" />
          <rect x={x} y={y} width={width} height={height} vector-effect="non-scaling-stroke" />
        </g>
      ))}
    </svg>
  )
}

/** What its colours are, and what they mean and do not. */
function Legend({ evidence, examined }: { evidence: Evidence; examined: Examined }) {
  const { viewer: t } = texts.value
  const shownBy = examined.signals.filter((signal) => signal.evidence.includes(evidence.name))
  return (
    <div class="legend">
      {evidence.layer === 'mask' && <Key swatch="mark">{t.marked}</Key>}
      {evidence.layer === 'map' && <Key swatch="ramp">{t.ramp}</Key>}
      <p>{evidence.caption}</p>
      {shownBy.length > 0 && shownBy.every(({ supports }) => supports === null) && <Notice>{t.contextOnly}</Notice>}
    </div>
  )
}

function Key({ swatch, children }: { swatch: 'mark' | 'ramp'; children: ComponentChildren }) {
  return (
    <p class="key">
      <span class="swatch" data-swatch={swatch} aria-hidden="true" />
      {children}
    </p>
  )
}
