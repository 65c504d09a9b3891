import { checkedManifest, type Manifest } from './manifest.ts'

/**
 * Derives a manifest from the files of an image classifier as Hugging Face's Optimum exports it: `config.json` for the classes,
 * `preprocessor_config.json` for the input (their documentation: Image Processor, `ImageProcessingMixin`).
 *
 * @param folder the folder's name, which becomes the model's
 * @throws {ModelError} where no class can be recognised as “generated”, or where the files are of no image classifier
 */
export function manifestFromHuggingFace(config: Fields, preprocessor: Fields, folder: string): Manifest {
  const labels = labelsOf(config)
  const generated = labels.flatMap((label, index) => (meansGenerated.test(label) ? [index] : []))
  const size = sizeOf(preprocessor.crop_size) ?? sizeOf(preprocessor.size)
  const resizeTo = resizeOf(preprocessor)
  const { _name_or_path: published } = config
  const title = typeof published === 'string' && published !== '' ? published : folder
  return checkedManifest(
    {
      name: nameOf(folder),
      title: title.slice(0, 200),
      input: {
        width: size?.width,
        height: size?.height,
        layout: 'NCHW',
        channels: 'RGB',
        scale: preprocessor.do_rescale === false ? 1 : (preprocessor.rescale_factor ?? 1 / 255),
        mean: preprocessor.do_normalize === false ? [0, 0, 0] : (preprocessor.image_mean ?? [0.5, 0.5, 0.5]),
        std: preprocessor.do_normalize === false ? [1, 1, 1] : (preprocessor.image_std ?? [0.5, 0.5, 0.5]),
        ...(preprocessor.do_center_crop === true || typeof preprocessor.crop_pct === 'number' ? { crop: 'center_crop', resizeTo } : { crop: 'stretch' }),
        interpolation: interpolations[preprocessor.resample as number] ?? 'linear'
      },
      output: { activation: 'softmax', classes: labels, generated },
      card: {
        source: `Hugging Face: ${title}`.slice(0, 500),
        licence: 'not stated in the files: see the model’s page',
        trainedOn: 'not stated in the files: see the model’s page',
        limits: 'Unknown. Open detectors of AI pictures lose much of their accuracy on generators that they were not trained on.'
      }
    },
    `The manifest that was derived for ${folder}`
  )
}

type Fields = { [name: string]: unknown }

/** `artificial`, `ai`, `AI-generated`, `fake`, `synthetic`, … as published classifiers call them. */
const meansGenerated = /^(?:ai|artificial|fake|generated|synthetic|deepfake|diffusion|gan|machine)(?:\b|_)|^ai[ _-]?(?:gen|generated|image|art)|\bai[ _-]generated\b/i

/** Pillow's numbers of its filters. */
const interpolations: { readonly [resample: number]: Manifest['input']['interpolation'] } = { 0: 'nearest', 1: 'lanczos3', 2: 'linear', 3: 'cubic' }

function labelsOf({ id2label }: Fields): string[] {
  if (typeof id2label !== 'object' || id2label === null) return []
  return Object.entries(id2label)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => String(label))
}

/** `224`, `{height, width}` or `{shortest_edge}`. */
function sizeOf(size: unknown): { width: number; height: number } | undefined {
  if (typeof size === 'number') return { width: size, height: size }
  const { width, height, shortest_edge: edge } = (size ?? {}) as { width?: number; height?: number; shortest_edge?: number }
  if (width !== undefined && height !== undefined) return { width, height }
  return edge === undefined ? undefined : { width: edge, height: edge }
}

function resizeOf({ size, crop_pct: share }: Fields): number | undefined {
  const { width, height } = sizeOf(size) ?? {}
  if (width === undefined || height === undefined) return undefined
  return typeof share === 'number' && share > 0 ? Math.round(Math.max(width, height) / share) : Math.max(width, height)
}

function nameOf(folder: string): string {
  return folder.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '').slice(0, 60) || 'model'
}
