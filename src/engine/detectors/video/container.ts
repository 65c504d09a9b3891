import { listed, sentence, type Sentence } from '../../../language/sentence.ts'
import { findings, type VideoDetector } from '../../detector.ts'
import type { TextEntry } from '../../metadata.ts'
import type { Json, Signal } from '../../types.ts'
import type { Container, Dates } from '../../video/container.ts'
import { groupStarts } from '../../video/packets.ts'
import type { DecodedVideo } from '../../video/video.ts'
import { contextSignal } from '../signal.ts'
import { clock, rounded } from './times.ts'

const detector = 'video_container'

/**
 * The history of the file as its container and its coding tell it: which programs wrote it, whether a camera's video was saved again,
 * whether an edit list hides a part of what was recorded, whether its dates agree. All of it is context: most videos that people
 * share were saved again by an app, and honest tools trim and join. None of it was measured on videos of known history.
 */
export const videoContainer: VideoDetector = {
  id: detector,
  kind: 'video',
  async detect(video) {
    const signals = [history(video), hiddenParts(video), severalDescriptions(video.container), dateConflict(video.container.dates)]
    return findings({ signals: signals.filter((signal) => signal !== undefined) })
  }
}

/** Programs and libraries that code a video again, or put one together: no camera's own. */
const rewriters =
  /\b(?:Lavf|Lavc|libx264|x264|x265|HandBrake|FFmpeg|GPAC|MP4Box|Adobe|Premiere|After Effects|Final Cut|iMovie|DaVinci|Resolve|Vegas|CapCut|InShot|KineMaster|VN Video|Filmora|Shotcut|Kdenlive|OpenShot|Camtasia|Clipchamp|Movavi|CyberLink|mkvmerge|Mediabunny|remotion)/i

const cameraMake = /^(?:com\.apple\.quicktime\.make|com\.android\.manufacturer|©mak|make|manufacturer)$/i
const cameraModel = /^(?:com\.apple\.quicktime\.model|com\.android\.model|©mod|model)$/i

function history(video: DecodedVideo): Signal {
  const { container, encoder, codec } = video
  const camera = cameraOf(video.metadata.texts)
  const software = video.metadata.texts.filter(({ keyword }) => keyword === 'Software')
  const writers = [...container.writers, ...software.filter(({ text }) => container.writers.every((known) => known.text !== text))]
  const rewriter = [...writers.map(({ text }) => text), encoder ?? ''].find((text) => rewriters.test(text))
  const wasSavedAgain = camera !== undefined && rewriter !== undefined
  return contextSignal({
    detector,
    code: wasSavedAgain ? 'saved_again' : 'container_history',
    meaning: meaningOf(camera, rewriter, codec),
    measured: {
      camera: camera ?? null,
      brands: container.brands,
      writers: writers.slice(0, 20).map(({ keyword, text }) => `${keyword}: ${text.slice(0, 200)}`),
      encoder: encoder ?? null,
      codec,
      groups: groupsOf(video),
      dates: container.dates.map(({ of, created, modified }) => ({ of, created: iso(created), modified: iso(modified) })),
      indexFirst: container.indexFirst ?? null,
      fragmented: container.fragmented,
      audioTracks: video.audioTracks.map(({ codec, channels, sampleRate, durationSeconds, language }) => ({
        codec, channels, sampleRate, durationSeconds, language
      })) // prettier-ignore
    }
  })
}

function meaningOf(camera: string | undefined, rewriter: string | undefined, codec: string): Sentence {
  const program = rewriter?.slice(0, 80).trim()
  if (camera !== undefined && program !== undefined) {
    return sentence(
      'The file names the camera {camera}, but was written by “{program}”: the video was saved again after it was recorded, by an app or an editing program. Most shared videos were.',
      { camera, program }
    )
  }
  if (program !== undefined) {
    return sentence('The file was written by “{program}”, which is no camera’s own program: the video was coded or packed again. Most shared videos were.', { program })
  }
  if (camera !== undefined) return sentence('The file names the camera {camera}, and nothing in it names a program that saved it again.', { camera })
  return sentence('The file ({codec}) names neither a camera nor a program that is known to save videos again.', { codec })
}

function cameraOf(texts: readonly TextEntry[]): string | undefined {
  const valueOf = (name: RegExp) => texts.find(({ keyword }) => name.test(keyword))?.text.trim().slice(0, 100)
  const [make, model] = [valueOf(cameraMake), valueOf(cameraModel)]
  if (!make && !model) return undefined
  return [make, model].filter(Boolean).join(' ')
}

/** How the coded frames are grouped: cameras begin a group at regular steps, encoders on a computer where a scene changes. */
function groupsOf({ packets }: DecodedVideo): Json {
  const starts = groupStarts(packets)
  const lengths = starts.slice(1).map((start, group) => start - starts[group]!)
  const sorted = lengths.toSorted((a, b) => a - b)
  return { count: starts.length, shortest: sorted[0] ?? null, median: sorted[sorted.length >> 1] ?? null, longest: sorted.at(-1) ?? null }
}

/** Encoders begin with frames that are not shown, and sound with silence: less than this is no cut. */
const ordinaryTrimSeconds = 0.5

/** What is stored in the video track and left out by its edit list: a player never shows it, though it is in the file. */
function hiddenParts({ container }: DecodedVideo): Signal | undefined {
  const track = container.tracks.find(({ kind }) => kind === 'video')
  if (track === undefined || track.edits.length === 0 || container.fragmented) return undefined
  const shown = track.edits.filter(({ from }) => from !== null)
  const begin = Math.min(...shown.map(({ from }) => from!))
  const end = Math.max(...shown.map(({ from, seconds, rate }) => from! + seconds * rate))
  const hiddenSeconds = Math.max(0, begin) + Math.max(0, track.storedSeconds - end)
  const otherSpeed = shown.some(({ rate }) => rate !== 1)
  const hidden = sentence('{hidden, number} of {stored, number} stored seconds are not shown (shown are {from} to {to})', {
    hidden: rounded(hiddenSeconds, 1),
    stored: rounded(track.storedSeconds, 1),
    from: clock(begin),
    to: clock(end)
  })
  const [what, ...further] = [
    ...(hiddenSeconds > ordinaryTrimSeconds ? [hidden] : []),
    ...(shown.length > 1 ? [sentence('the video is shown in {pieces, number} pieces', { pieces: shown.length })] : []),
    ...(otherSpeed ? [sentence('a part is shown at another speed')] : [])
  ]
  if (what === undefined) return undefined
  return contextSignal({
    detector,
    code: 'edit_list',
    meaning: sentence(
      'The video was trimmed or rearranged without coding it again: by its edit list {what}. A player that ignores the list shows what is hidden; phones trim this way.',
      { what: listed(what, ...further) }
    ),
    measured: {
      storedSeconds: rounded(track.storedSeconds),
      hiddenSeconds: rounded(hiddenSeconds),
      edits: track.edits.slice(0, 50).map(({ from, seconds, rate }) => ({ from: from === null ? null : rounded(from), seconds: rounded(seconds), rate }))
    }
  })
}

function severalDescriptions({ tracks }: Container): Signal | undefined {
  const descriptions = Math.max(0, ...tracks.filter(({ kind }) => kind === 'video').map((track) => track.descriptions))
  if (descriptions < 2) return undefined
  return contextSignal({
    detector,
    code: 'joined_recordings',
    meaning: sentence(
      'The video track holds parts that were coded in {ways, number} different ways: recordings were joined, or the camera changed its settings while it ran.',
      { ways: descriptions }
    ),
    measured: { descriptions }
  })
}

/** Clocks are set while recording, and dates are rounded: a day. */
const toleranceSeconds = 86_400

/** A file that was changed before it was made, or tracks made on different days. */
function dateConflict(dates: readonly Dates[]): Signal | undefined {
  const reversed = dates.find(({ created, modified }) => created !== undefined && modified !== undefined && modified < created - toleranceSeconds)
  const made = dates.flatMap(({ created }) => created ?? [])
  const differ = made.length > 1 && Math.max(...made) - Math.min(...made) > toleranceSeconds
  if (reversed === undefined && !differ) return undefined
  const what = reversed
    ? sentence('something in it was changed before it was made ({modified}, {created})', { modified: iso(reversed.modified) ?? '?', created: iso(reversed.created) ?? '?' })
    : sentence('its tracks were made on different days')
  return contextSignal({
    detector,
    code: 'dates_disagree',
    meaning: sentence('The dates in the file do not agree: by them, {what}. A wrong clock or a program that carries old dates along does that as well.', { what }),
    measured: { dates: dates.map(({ of, created, modified }) => ({ of, created: iso(created), modified: iso(modified) })) }
  })
}

function iso(seconds: number | undefined): string | null {
  return seconds === undefined || !(Math.abs(seconds) < 8e12) ? null : new Date(seconds * 1000).toISOString()
}
