import type { Json } from '../../types.ts'
import { jsonObject, maxPromptLength, picked, strength, type GeneratorTrace, type PlacedText, type TraceReader } from './trace.ts'

/**
 * Generation records: a generator's own account of how it made the picture, in the generator's own format.
 */

/**
 * Stable Diffusion web UI (AUTOMATIC1111) and its many kin: the prompt, then `Negative prompt: …`, then a line
 * `Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, …`; in PNG text `parameters`, in EXIF UserComment elsewhere.
 */
const webUi: TraceReader = (texts) =>
  firstOf(texts, ({ where, text }) => {
    const start = /(?:^|\n)Steps: \d{1,5}, /.exec(text)
    if (start === null) return undefined
    const settings = settingsOf(text.slice(start.index).trim())
    if (!('Seed' in settings || 'Sampler' in settings || 'CFG scale' in settings)) return undefined
    const prompt = text.slice(0, start.index).split('\nNegative prompt:')[0]!.trim()
    return {
      generator: 'Stable Diffusion',
      where,
      log10LikelihoodRatio: strength.record,
      measured: { prompt: prompt.slice(0, maxPromptLength), ...picked(settings, webUiSettings) }
    }
  })

const webUiSettings = ['Steps', 'Sampler', 'CFG scale', 'Seed', 'Size', 'Model', 'Model hash', 'Version', 'Denoising strength']

/** `Steps: 20, Sampler: Euler a`; a value with a comma inside is cut there, which is enough to be read. */
function settingsOf(line: string): { [name: string]: string } {
  const pairs = line.split('\n', 1)[0]!.slice(0, 10_000).split(', ')
  return Object.fromEntries(pairs.map((pair) => pair.split(': ', 2)).filter((pair) => pair.length === 2)) as { [name: string]: string }
}

/**
 * ComfyUI: the executed graph as JSON in PNG text `prompt`, the editor's graph in `workflow`; in WebP the same in EXIF
 * texts that begin with `prompt:` and `workflow:`.
 */
const comfyUi: TraceReader = (texts) =>
  firstOf(texts, ({ where, keyword, text }) => {
    const isGraph = keyword === 'prompt' || keyword === 'workflow'
    const inExif = /^(?:prompt|workflow):/i.test(text)
    const graph = isGraph ? jsonObject(text) : inExif ? jsonObject(text.slice(text.indexOf(':') + 1)) : undefined
    const nodes = graph && nodesOf(graph)
    if (nodes === undefined || nodes.length === 0) return undefined
    const generates = nodes.some(({ kind }) => generatingNodes.test(kind))
    return {
      generator: 'ComfyUI',
      where,
      log10LikelihoodRatio: generates ? strength.record : strength.possible,
      measured: { nodes: nodes.length, generates, ...settingsOfNodes(nodes) }
    }
  })

/** Nodes that make pixels out of noise, or that ask a service for a picture. */
const generatingNodes = /sampler|vaedecode|emptylatent|diffusion|imagegen|texttoimage|text2im|dall|flux|ideogram|recraft|gemini/i

interface GraphNode {
  kind: string
  inputs: { [name: string]: unknown }
}

function nodesOf(graph: { [key: string]: unknown }): GraphNode[] {
  const inEditor = Array.isArray(graph.nodes)
  const listed: unknown[] = inEditor ? (graph.nodes as unknown[]) : Object.values(graph)
  return listed.slice(0, 2_000).flatMap((node) => {
    if (node === null || typeof node !== 'object') return []
    const { class_type, type, inputs } = node as { class_type?: unknown; type?: unknown; inputs?: unknown }
    const kind = inEditor ? type : class_type
    return typeof kind === 'string' ? [{ kind, inputs: (inputs ?? {}) as GraphNode['inputs'] }] : []
  })
}

function settingsOfNodes(nodes: GraphNode[]): { [key: string]: Json } {
  const settings: { [key: string]: Json } = {}
  const prompts: string[] = []
  for (const { kind, inputs } of nodes) {
    const found = picked(inputs, ['ckpt_name', 'unet_name', 'seed', 'noise_seed', 'steps', 'cfg', 'sampler_name', 'denoise'])
    for (const [name, value] of Object.entries(found)) settings[name] ??= value
    const { text } = picked(inputs, ['text'])
    if (/textencode/i.test(kind) && typeof text === 'string' && prompts.length < 2) prompts.push(text)
  }
  return prompts.length > 0 ? { ...settings, prompts } : settings
}

/** InvokeAI: JSON in `invokeai_metadata` and `invokeai_graph`, before version 3 in `sd-metadata` and `Dream`. */
const invokeAi: TraceReader = (texts) =>
  firstOf(texts, ({ where, keyword, text }) => {
    if (!['invokeai_metadata', 'invokeai_graph', 'invokeai_workflow', 'sd-metadata', 'Dream'].includes(keyword)) return undefined
    const record = jsonObject(text) ?? {}
    const measured =
      keyword === 'Dream'
        ? { prompt: text.slice(0, maxPromptLength) }
        : picked(record, ['app_version', 'positive_prompt', 'negative_prompt', 'seed', 'steps', 'cfg_scale', 'scheduler', 'model_weights'])
    return { generator: 'InvokeAI', where, log10LikelihoodRatio: strength.record, measured }
  })

/** NovelAI: PNG text `Software: NovelAI`, settings as JSON in `Comment`, the model in `Source`. */
const novelAi: TraceReader = (texts) => {
  const textOf = (keyword: string) => texts.find((text) => text.keyword === keyword)?.text ?? ''
  const inSource = /^(?:NovelAI|Stable Diffusion) /.test(textOf('Source')) && textOf('Title') === 'AI generated image'
  if (textOf('Software') !== 'NovelAI' && !inSource) return undefined
  const settings = picked(jsonObject(textOf('Comment')) ?? {}, ['prompt', 'seed', 'steps', 'sampler', 'scale', 'strength'])
  return {
    generator: 'NovelAI',
    where: 'text “Software” and “Comment”',
    log10LikelihoodRatio: strength.record,
    measured: { source: textOf('Source').slice(0, 200), prompt: textOf('Description').slice(0, maxPromptLength), ...settings }
  }
}

/** Front ends that write their settings as one JSON object: Fooocus, SwarmUI, Draw Things, Easy Diffusion. */
const jsonRecord: TraceReader = (texts) =>
  firstOf(texts, ({ where, text }) => {
    const whole = jsonObject(text)
    const settings = (whole && isRecord(whole.sui_image_params) ? whole.sui_image_params : whole) ?? {}
    const has = (...names: string[]) => names.some((name) => Object.hasOwn(settings, name))
    const isGeneration = has('prompt', 'full_prompt', 'c') && has('seed') && has('steps', 'sampler', 'sampler_name', 'num_inference_steps', 'base_model', 'model')
    if (!isGeneration) return undefined
    const version = typeof settings.version === 'string' ? settings.version : ''
    return {
      generator: version.startsWith('Fooocus') ? 'Fooocus' : settings === whole ? 'Stable Diffusion' : 'SwarmUI',
      where,
      log10LikelihoodRatio: strength.record,
      measured: picked(settings, ['version', 'prompt', 'c', 'negative_prompt', 'seed', 'steps', 'sampler', 'model', 'base_model'])
    }
  })

/** Easy Diffusion writes each setting as a PNG text of its own. */
const easyDiffusion: TraceReader = (texts) => {
  const model = texts.find(({ keyword }) => keyword === 'use_stable_diffusion_model')
  if (model === undefined) return undefined
  const settings = Object.fromEntries(texts.map(({ keyword, text }) => [keyword, text]))
  return {
    generator: 'Easy Diffusion',
    where: model.where,
    log10LikelihoodRatio: strength.record,
    measured: picked(settings, ['use_stable_diffusion_model', 'prompt', 'seed', 'num_inference_steps', 'sampler_name'])
  }
}

/** Midjourney ends its description with the job's number: `a red house --v 6.1 Job ID: 0c5…`. */
const midjourney: TraceReader = (texts) =>
  firstOf(texts, ({ where, text }) => {
    const job = /\bJob ID: ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/.exec(text)
    if (job === null) return undefined
    const prompt = text.slice(0, Math.min(job.index, maxPromptLength)).trim()
    return { generator: 'Midjourney', where, log10LikelihoodRatio: strength.record, measured: { job: job[1]!, prompt } }
  })

/** China's mark for generated content (GB 45438-2025): JSON with `Label` 1 (is), 2 (may be) or 3 (suspected). */
const chineseLabel: TraceReader = (texts) =>
  firstOf(texts, ({ where, keyword, text }) => {
    const whole = jsonObject(text)
    const label = keyword === 'AIGC' ? whole : isRecord(whole?.AIGC) ? whole.AIGC : undefined
    if (label === undefined || String(label.Label) !== '1') return undefined
    const producer = typeof label.ContentProducer === 'string' ? label.ContentProducer : ''
    return {
      generator: 'a service that labels its pictures under Chinese law',
      where,
      log10LikelihoodRatio: strength.name,
      measured: { label: '1', producer: producer.slice(0, 200) }
    }
  })

/** In the order of how much they tell. */
export const recordReaders: readonly TraceReader[] = [
  webUi,
  comfyUi,
  invokeAi,
  novelAi,
  jsonRecord,
  easyDiffusion,
  midjourney,
  chineseLabel
]

function firstOf(texts: readonly PlacedText[], read: (text: PlacedText) => GeneratorTrace | undefined): GeneratorTrace | undefined {
  const found = texts.map(read).filter((trace) => trace !== undefined)
  return found.sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio)[0]
}

function isRecord(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
