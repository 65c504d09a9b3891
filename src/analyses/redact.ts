import type { Json } from '../engine/types.ts'
import type { AnalysisResource } from './resource.ts'

/** What a file may say of a person beside the picture. It is shown to others only where the owner wants that. */
export const inclusions = ['location', 'serial_numbers', 'prompts'] as const
export type Inclusion = (typeof inclusions)[number]

type Redactable = Pick<AnalysisResource, 'summary' | 'signals' | 'notChecked' | 'media'>
type Signal = AnalysisResource['signals'][number]

/**
 * Leaves out of an analysis where the picture was taken, numbers by which a device, an account or this very file can be found again, and
 * what a generator was told, except for what is named.
 *
 * It is a list of what may stay: `measured` holds words that strangers wrote, and what a later detector reads in a file must not be seen
 * by anybody before somebody has said here what it is. So a member without a rule, and all of a detector without one, stays only
 * where nothing is to be left out.
 */
export function redact<Analysis extends Redactable>(analysis: Analysis, include: readonly Inclusion[]): Analysis {
  if (inclusions.every((one) => include.includes(one))) return analysis
  const shows = (needs: Needs) => needs.every((one) => include.includes(one))
  const said = (text: string) => (shows(['serial_numbers']) ? text : withoutNumbers(text))
  const labels: string[] = []
  const labelOf = (label: string) => {
    if (!labels.includes(label)) labels.push(label)
    return `manifest ${labels.indexOf(label) + 1}`
  }
  const signalOf = ({ meaning, measured, ...signal }: Signal): Signal => {
    const kept = pixelDetectors.test(signal.detector) ? measured : keptOf(measured as Json, ruleOf(signal.detector, measured), shows)
    const { detector } = signal
    if (detector !== 'content_credentials' || shows(['serial_numbers'])) return { ...signal, meaning, measured: (kept ?? {}) as Signal['measured'] }
    return { ...signal, meaning: said(meaning), measured: withoutSignersNumbers(kept as Json, labelOf) as Signal['measured'] }
  }
  return {
    ...analysis,
    // It may quote the sentence of a signal.
    summary: analysis.summary === null ? null : said(analysis.summary),
    signals: analysis.signals.map(signalOf),
    notChecked: analysis.notChecked.map(({ code, reason }) => ({ code, reason: shows(['serial_numbers']) ? reason : withoutPaths(reason) })),
    media: analysis.media && withoutTrackNames(analysis.media)
  }
}

/** All of these have to be included. */
type Needs = readonly Inclusion[]
/** Of a value as it is, or of the members of an object, or of each object in a list. */
type Rule = Needs | { readonly [member: string]: Rule }

const always: Needs = []
/** For what can hold anything. */
const everything: Needs = inclusions

/** Detectors that look at pixels, at how they were coded, or at times: nothing in their measurements is the file's own word. */
const pixelDetectors =
  /^(?:copy_move|double_compression|error_level|frame_timing|http_detector|input_quality|jpeg_grid|jpeg_structure|noise_inconsistency|noise_residual|resampling|sampled_frames|sightengine|thumbnail|model_.*)$/

const all = (names: readonly string[], needs: Needs): { [member: string]: Rule } => Object.fromEntries(names.map((name) => [name, needs]))

const cameraNames = ['Make', 'Model', 'LensModel', 'Software', 'DateTimeOriginal', 'DateTime', 'ExposureTime', 'FNumber', 'ISOSpeedRatings', 'FocalLength', 'PixelXDimension', 'PixelYDimension']

/** Rows of the table of fields, by their names. Of XMP the history of a file is told in ids of it and of those it was made from. */
const rowNeeds: { readonly [row: string]: Needs } = {
  ...(all(
    [
      ...cameraNames, 'ProcessingSoftware', 'SubSecTimeOriginal', 'OffsetTimeOriginal', 'DateTimeDigitized', 'FocalLengthIn35mmFilm', 'MakerNote', 'Artist',
      'XMP CreatorTool', 'XMP CreateDate', 'XMP ModifyDate', 'XMP Credit'
    ],
    always
  ) as { [row: string]: Needs }),
  GPS: ['location'],
  GPSDateStamp: ['location'],
  GPSTimeStamp: ['location'],
  // The name that a computer has in its network.
  HostComputer: ['serial_numbers'],
  'XMP History': ['serial_numbers'],
  'XMP DerivedFrom': ['serial_numbers'],
  'XMP DocumentAncestors': ['serial_numbers'],
  // A caption, which tells of places, or a prompt.
  ImageDescription: ['location', 'prompts']
} // prettier-ignore

/** Of a row that is shown. */
const row: Rule = all(['name', 'value', 'suspicious', 'reason'], always)
const camera: Rule = {
  ...all([...cameraNames, 'makerNote', 'stated', 'actual', 'GPSDateStamp', 'field'], always),
  rows: row
}

const generator: { readonly [member: string]: Rule } = {
  ...all(
    [
      'generator', 'where', 'tool', 'credit', 'label', 'producer', 'system', 'version', 'Version', 'App', 'app_version',
      'Steps', 'Sampler', 'Schedule type', 'CFG scale', 'Distilled CFG Scale', 'Seed', 'Size', 'Model', 'Model hash', 'Denoising strength',
      'nodes', 'generates', 'ckpt_name', 'unet_name', 'model_name', 'vae_name', 'seed', 'noise_seed', 'steps', 'cfg', 'cfg_scale', 'sampler_name',
      'sampler', 'scheduler', 'denoise', 'scale', 'strength', 'model', 'base_model', 'model_weights', 'use_stable_diffusion_model', 'num_inference_steps'
    ],
    always
  ),
  // Models for a style or a person; the name of whoever wrote the prompt; a job, under whose number Midjourney shows the prompt.
  ...all(['prompt', 'prompts', 'negativePrompt', 'negative_prompt', 'positive_prompt', 'c', 'lora_name', 'Lora hashes', 'Civitai resources', 'promptWriter', 'job', 'source'], ['prompts']),
  // Grok's artist is the number of an account.
  ...all(['artist', 'signature'], ['serial_numbers'])
} // prettier-ignore

const signer: Rule = all(['organisation', 'name', 'issuer', 'validUntil'], always)
const manifest: Rule = {
  ...all(['label', 'generator', 'trust', 'isSignatureValid', 'mismatches', 'problems'], always),
  signer,
  timeStamp: all(['time', 'authority', 'isTrusted'], always),
  actions: all(['name', 'when', 'softwareAgent', 'digitalSourceType'], always),
  ingredients: all(['mediaType', 'relation', 'manifest'], always)
  // Titles are names of files, and some programs make them of prompts: they have no rule.
}

const rules: { readonly [detector: string]: Rule } = {
  camera_fields: camera,
  metadata: all(['software'], always),
  digital_source_type: all(['digitalSourceType'], always),
  generator_traces: generator,
  content_credentials: {
    ...all(['active', 'isComplete', 'mismatches', 'signer', 'manifest', 'digitalSourceType', 'scope', 'program'], always),
    manifests: manifest
  },
  video_container: all(
    [
      'camera', 'brands', 'writers', 'encoder', 'codec', 'groups', 'dates', 'indexFirst', 'fragmented', 'audioTracks', 'storedSeconds',
      'hiddenSeconds', 'edits', 'descriptions'
    ],
    always
  )
} // prettier-ignore

function ruleOf(detector: string, { where }: Signal['measured']): Rule {
  // A generator that is named in a field: the field stands under its own name.
  if (detector === 'generator_traces' && typeof where === 'string') return { [where]: always, ...generator }
  return Object.hasOwn(rules, detector) ? rules[detector]! : everything
}

/** @returns undefined for what is left out */
function keptOf(value: Json | undefined, rule: Rule, shows: (needs: Needs) => boolean): Json | undefined {
  if (value === undefined || Array.isArray(rule)) return shows(rule as Needs) ? value : undefined
  if (Array.isArray(value)) return value.flatMap((item) => (isShownRow(item, rule, shows) ? (keptOf(item, rule, shows) ?? []) : []))
  if (typeof value !== 'object' || value === null) return shows(everything) ? value : undefined
  const of = rule as { readonly [member: string]: Rule }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const kept = keptOf(member, Object.hasOwn(of, name) ? of[name]! : everything, shows)
      return kept === undefined ? [] : [[name, kept]]
    })
  )
}

function isShownRow(item: Json, rule: Rule, shows: (needs: Needs) => boolean): boolean {
  if (rule !== row) return true
  const name = typeof item === 'object' && item !== null && !Array.isArray(item) ? item.name : undefined
  return shows(typeof name === 'string' && Object.hasOwn(rowNeeds, name) ? rowNeeds[name]! : everything)
}

/**
 * UUIDs, and runs of six letters and digits or more with five digits or more among them: some cameras sign with a certificate in whose
 * name their serial number stands. Dates, which are written with signs between, stay.
 */
const numbers = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=(?:[a-z]*\d){5})[0-9a-z]{6,}\b/gi
const withoutNumbers = (text: string) => text.replaceAll(numbers, '…')

/** The names of signers, and the labels of manifests, which are unique to each file and only tell here which one is meant. */
function withoutSignersNumbers(value: Json, labelOf: (label: string) => string, name = ''): Json {
  if (Array.isArray(value)) return value.map((item) => withoutSignersNumbers(item, labelOf, name))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSignersNumbers(item, labelOf, name === 'signer' ? name : key)]))
  }
  if (typeof value !== 'string') return value
  if (name === 'signer') return withoutNumbers(value)
  return name === 'label' || name === 'manifest' || name === 'active' ? labelOf(value) : value
}

/** Of addresses that stand in a file, what lies behind the host names a file or a person. */
const withoutPaths = (text: string) => text.replaceAll(/(https?:\/\/)(?:[^\s/@]*@)?([^\s/?#]+)\S*/gi, '$1$2/…')

function withoutTrackNames(media: NonNullable<AnalysisResource['media']>): AnalysisResource['media'] {
  const { audioTracks, ...facts } = media
  return audioTracks === undefined ? facts : { ...facts, audioTracks: audioTracks.map((track) => ({ ...track, name: null })) }
}
