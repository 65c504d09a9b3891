import { texts } from '../language/texts.ts'
import { CredentialChain, holdsChain } from './CredentialChain.tsx'
import { FieldTable, holdsFields } from './FieldTable.tsx'
import { movesVerdict, signalId, type Evidence, type Examined, type Signal } from './examined.ts'
import { MeasuredValues } from './MeasuredValues.tsx'
import { detectorName, layerName } from './names.ts'
import { Strength } from './Strength.tsx'
import { holdsTimeLine, TimeLine } from './TimeLine.tsx'
import { showLayer, type Viewing } from './viewing.ts'

interface CardProps {
  signal: Signal
  examined: Examined
  picture: string | null
  viewing: Viewing
  onSeek?: (seconds: number) => void
}

/**
 * One thing that was found: what it says, how strong it is, what was measured, and its pictures. What moves no verdict is
 * folded, except for what a file tells of its history.
 */
export function SignalCard({ signal, ...rest }: CardProps) {
  const { examined } = rest
  const id = signalId(examined.signals.indexOf(signal))
  const heading = <h3>{detectorName(signal.detector)}</h3>
  const meaning = <p class="meaning">{signal.meaning}</p>
  const [first] = picturesOf(signal, examined)
  const showFirst = () => first !== undefined && showLayer(rest.viewing, first)
  if (movesVerdict(signal)) {
    return (
      <article class="signal" id={id} data-verdict={signal.supports} onClick={({ target }) => isPlain(target) && showFirst()}>
        {heading}
        {meaning}
        <Details signal={signal} {...rest} />
      </article>
    )
  }
  return (
    <details class="signal" id={id} open={tellsHistory(signal)} onToggle={({ currentTarget }) => currentTarget.open && showFirst()}>
      <summary>
        {heading}
        {meaning}
      </summary>
      <Details signal={signal} {...rest} />
    </details>
  )
}

const picturesOf = ({ evidence }: Signal, examined: Examined): Evidence[] => examined.evidence.filter(({ name }) => evidence.includes(name))

/** A click on anything that does something of its own is not one on the card. */
const isPlain = (target: EventTarget | null): boolean => target instanceof Element && target.closest('a, button, details, input') === null

const tellsHistory = ({ measured }: Signal): boolean =>
  holdsChain(measured) || holdsFields(measured.rows) || holdsTimeLine(measured.timeline)

function Details({ signal, examined, picture, viewing, onSeek }: CardProps) {
  const { findings: t } = texts.value
  const { detector, measured } = signal
  const { rows, timeline, manifests: _drawn, active: _root, isComplete: _said, ...values } = measured
  const pictures = picturesOf(signal, examined)
  return (
    <>
      <Strength signal={signal} />
      {pictures.length > 0 && (
        <ul class="signal-pictures">
          {pictures.map((evidence) => (
            <li key={evidence.name}>
              <LayerButton evidence={evidence} signal={signal} examined={examined} picture={picture} viewing={viewing} />
            </li>
          ))}
        </ul>
      )}
      {holdsChain(measured) && <CredentialChain measured={measured} />}
      {holdsFields(rows) && <FieldTable rows={rows} />}
      {holdsTimeLine(timeline) && <TimeLine lines={timeline} {...(onSeek !== undefined && { onSeek })} />}
      {detector === 'generator_traces' && <MeasuredValues values={values} />}
      {detector !== 'generator_traces' && Object.keys(values).length > 0 && (
        <details>
          <summary>{t.measured}</summary>
          <MeasuredValues values={values} />
        </details>
      )}
    </>
  )
}

/** Shows an evidence picture in the viewer; signals that share it are named. */
function LayerButton(props: { evidence: Evidence; signal: Signal; examined: Examined; picture: string | null; viewing: Viewing }) {
  const { evidence, signal, examined, picture, viewing } = props
  const { findings: t } = texts.value
  const name = layerName(examined, evidence)
  const others = examined.signals.filter((other) => other !== signal && other.evidence.includes(evidence.name)).map(({ detector }) => detectorName(detector))

  function show(): void {
    showLayer(viewing, evidence)
    document.querySelector('.viewer')?.scrollIntoView({ block: 'nearest' })
  }

  return (
    <>
      <button type="button" class="layer-button" aria-pressed={viewing.layer.value === evidence.name} onClick={show}>
        <span class="layer-thumbnail">
          {picture !== null && evidence.layer === 'mask' && <img src={picture} alt="" loading="lazy" />}
          <img src={evidence.url} alt="" loading="lazy" />
        </span>
        <span>
          {t.show} <strong>{name}</strong>
        </span>
      </button>
      {others.length > 0 && <span class="quiet">{t.alsoShows([...new Set(others)])}</span>}
    </>
  )
}
