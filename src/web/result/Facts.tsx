import type { ComponentChildren } from 'preact'
import { bytes, dateTime, duration, number } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import type { Examined } from './examined.ts'

/** What is known of the file, and of the examination. */
export function Facts({ examined }: { examined: Examined }) {
  const { facts: t } = texts.value
  const { fileName, mediaType, sizeBytes, media, sha256, endedAt, engineVersion } = examined
  return (
    <section class="facts-part">
      <h2>{t.title}</h2>
      <dl class="facts">
        {fileName !== null && <Fact name={t.fileName}>{fileName}</Fact>}
        <Fact name={t.type}>{mediaType}</Fact>
        {sizeBytes !== null && <Fact name={t.size}>{bytes(sizeBytes)}</Fact>}
        {media !== null && <Fact name={t.dimensions}>{t.pixels(number(media.width), number(media.height))}</Fact>}
        {media?.durationSeconds !== undefined && (
          <Fact name={t.video}>
            {[duration(media.durationSeconds), media.videoCodec, media.frameRate ? t.frameRate(number(media.frameRate, 2)) : undefined]
              .filter(Boolean)
              .join(' · ')}
          </Fact>
        )}
        {media?.audioTracks !== undefined && (
          <Fact name={t.sound}>{media.audioTracks.length === 0 ? t.noSound : <AudioTracks tracks={media.audioTracks} />}</Fact>
        )}
        {sha256 !== null && (
          <Fact name="SHA-256">
            <code>{sha256}</code>
          </Fact>
        )}
        {'createdAt' in examined && <Fact name={t.received}>{dateTime(examined.createdAt)}</Fact>}
        {endedAt !== null && <Fact name={t.examined}>{dateTime(endedAt)}</Fact>}
        {engineVersion !== null && <Fact name={t.engine}>{engineVersion}</Fact>}
        {'cached' in examined && examined.cached && <Fact name={t.note}>{t.cached}</Fact>}
      </dl>
    </section>
  )
}

type Track = NonNullable<NonNullable<Examined['media']>['audioTracks']>[number]

function AudioTracks({ tracks }: { tracks: Track[] }) {
  const { facts: t } = texts.value
  return (
    <ul class="tracks">
      {tracks.map(({ codec, channels, sampleRate, durationSeconds, language, name }, index) => (
        <li key={index}>
          {[
            name,
            codec,
            t.channels(channels),
            t.sampleRate(number(sampleRate)),
            durationSeconds === null ? undefined : duration(durationSeconds),
            language === 'und' ? undefined : language
          ]
            .filter(Boolean)
            .join(' · ')}
        </li>
      ))}
    </ul>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
