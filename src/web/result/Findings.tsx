import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { texts } from '../language/texts.ts'
import { byStrength, movesVerdict, type Examined } from './examined.ts'
import { Facts } from './Facts.tsx'
import { SignalCard } from './SignalCard.tsx'
import { Verdict } from './Verdict.tsx'
import { Viewer } from './Viewer.tsx'
import { useViewing } from './viewing.ts'
import '../style/result.css'
import '../style/viewer.css'

interface FindingsProps {
  examined: Examined
  /** Where the file itself is; undefined where it is not shown, or not kept. */
  media?: string | undefined
  /** What can be done with it, below the verdict. */
  children?: ComponentChildren
}

/** Everything that a completed analysis has found: the verdict first, then why, with the pictures in sight all the time. */
export function Findings({ examined, media, children }: FindingsProps) {
  const { findings: t } = texts.value
  const viewing = useViewing(examined)
  const film = useRef<HTMLVideoElement>(null)
  const { kind, signals, evidence, links } = examined
  const moving = byStrength(signals.filter(movesVerdict))
  const context = signals.filter((signal) => !movesVerdict(signal))
  const isFilm = kind === 'video' && media !== undefined
  // Analyses of earlier engines have no preview.
  const picture = links.preview ?? (kind === 'image' ? (media ?? null) : null)
  const hasPictures = picture !== null || evidence.length > 0 || isFilm

  function seek(seconds: number): void {
    if (film.current === null) return
    film.current.currentTime = seconds
    film.current.scrollIntoView({ block: 'nearest' })
  }
  const card = { examined, picture: links.thumbnail ?? picture, viewing, ...(isFilm && { onSeek: seek }) }

  return (
    <div class="findings" data-wide={viewing.wide.value} data-pictures={hasPictures}>
      <Verdict examined={examined} />
      {children}
      {hasPictures && (
        <div class="in-sight">
          {isFilm && <video ref={film} class="film" src={media} poster={links.preview ?? undefined} controls preload="metadata" aria-label={t.film} />}
          {(evidence.length > 0 || !isFilm) && <Viewer examined={examined} picture={isFilm ? null : picture} viewing={viewing} />}
        </div>
      )}
      <div class="reasons">
        {moving.length > 0 && (
          <section>
            <h2>{t.found}</h2>
            {moving.map((signal) => (
              <SignalCard key={signals.indexOf(signal)} signal={signal} {...card} />
            ))}
          </section>
        )}
        {context.length > 0 && (
          <section>
            <h2>{t.contextTitle}</h2>
            <p class="quiet">{t.contextIntro}</p>
            {context.map((signal) => (
              <SignalCard key={signals.indexOf(signal)} signal={signal} {...card} />
            ))}
          </section>
        )}
        <Facts examined={examined} />
      </div>
    </div>
  )
}
