import { texts } from '../language/texts.ts'

/** A second of a video, or several of a long one, as the engine tells of it. */
interface Line {
  second: number
  /** How conspicuous it is, 0 to 1. */
  strength: number
  lookedAt: boolean
  what: string
}

export const holdsTimeLine = (value: unknown): value is Line[] => Array.isArray(value) && value.length > 0 && value.every(isLine)

function isLine(value: unknown): value is Line {
  const { second, strength, what } = (value ?? {}) as Partial<Line>
  return typeof second === 'number' && typeof strength === 'number' && typeof what === 'string'
}

/** A moment as players show it. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}

/** How conspicuous each second is and whether frames of it were looked at; what was found there, as places to go to. */
export function TimeLine({ lines, onSeek }: { lines: Line[]; onSeek?: (seconds: number) => void }) {
  const { timeLine: t } = texts.value
  const found = lines.filter(({ what }) => what !== '')
  return (
    <figure class="time-line">
      <svg viewBox={`0 0 ${lines.length} 10`} preserveAspectRatio="none" role="img" aria-label={t.title(found.length)}>
        {lines.map(({ second, strength, lookedAt }, index) => (
          <g key={second}>
            <rect class={lookedAt ? 'looked-at' : 'not-looked-at'} x={index + 0.05} y={0} width={0.9} height={10} />
            {strength > 0 && <rect class="found" x={index + 0.05} y={10 * (1 - strength)} width={0.9} height={10 * strength} />}
          </g>
        ))}
      </svg>
      <p class="time-line-ends" aria-hidden="true">
        <span>{clock(0)}</span>
        <span>{clock((lines.at(-1)?.second ?? 0) + 1)}</span>
      </p>
      <figcaption>
        <p class="key">
          <span class="swatch" data-swatch="found" aria-hidden="true" /> {t.found}
          <span class="swatch" data-swatch="looked-at" aria-hidden="true" /> {t.lookedAt}
          <span class="swatch" data-swatch="not-looked-at" aria-hidden="true" /> {t.notLookedAt}
        </p>
      </figcaption>
      {found.length > 0 && (
        <ul>
          {found.slice(0, 30).map(({ second, what }) => (
            <li key={second}>
              {onSeek === undefined ? (
                <strong>{clock(second)}</strong>
              ) : (
                <button type="button" data-look="quiet" aria-label={t.goTo(clock(second))} onClick={() => onSeek(second)}>
                  {clock(second)}
                </button>
              )}{' '}
              {what}
            </li>
          ))}
        </ul>
      )}
    </figure>
  )
}
