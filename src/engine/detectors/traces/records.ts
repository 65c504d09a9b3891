import type { Json } from '../../types.ts'
import { editorNodes, type GraphNode } from './comfyEditor.ts'
import { generatorNamed } from './names.ts'
import { isRecord, jsonObject, maxPromptLength, picked, strength, type GeneratorTrace, type PlacedText, type TraceReader } from './trace.ts'

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
    const negative = /\nNegative prompt: ([\s\S]*)$/.exec(text.slice(0, start.index).slice(0, 20_000))?.[1]
    return {
      generator: webUiOf(settings),
      where,
      log10LikelihoodRatio: strength.record,
      measured: {
        prompt: prompt.slice(0, maxPromptLength),
        ...(negative !== undefined && { negativePrompt: negative.trim().slice(0, maxPromptLength) }),
        ...picked(settings, webUiSettings)
      }
    }
  })

const webUiSettings = [
  'Steps', 'Sampler', 'Schedule type', 'CFG scale', 'Distilled CFG Scale', 'Seed', 'Size', 'Model', 'Model hash', 'Version', 'App', 'Denoising strength', 'Lora hashes', 'Civitai resources'
] // prettier-ignore

/** Its kin write the same lines; some say who they are. */
function webUiOf(settings: { [name: string]: string }): string {
  if (settings.App === 'SD.Next') return 'SD.Next'
  if (/^f\d/.test(settings.Version ?? '')) return 'Stable Diffusion (Forge)'
  return 'Stable Diffusion'
}

/** `Steps: 20, Sampler: Euler a, Lora hashes: "a: 1, b: 2"`: a value is in quotation marks, JSON, or goes to the next comma. */
function settingsOf(line: string): { [name: string]: string } {
  const settings: { [name: string]: string } = {}
  const pair = /([A-Za-z][\w .-]{0,60}): ("[^"]{0,4000}"|\[[^\]]{0,4000}\]|\{[^}]{0,4000}\}|[^,]{0,1000})(?:, |$)/y
  const text = line.split('\n', 1)[0]!.slice(0, 20_000)
  for (let count = 0; count < 200; count++) {
    const found = pair.exec(text)
    if (found === null) break
    settings[found[1]!] ??= found[2]!
  }
  return settings
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

const maxNodes = 2_000

function nodesOf(graph: { [key: string]: unknown }): GraphNode[] {
  if (Array.isArray(graph.nodes)) return editorNodes(graph.nodes, graph.links)
  return Object.entries(graph)
    .slice(0, maxNodes)
    .flatMap(([id, node]) => {
      if (!isRecord(node) || typeof node.class_type !== 'string') return []
      return [{ id, kind: node.class_type, inputs: isRecord(node.inputs) ? node.inputs : {} }]
    })
}

const nodeSettings = [
  'ckpt_name', 'unet_name', 'model_name', 'lora_name', 'vae_name', 'seed', 'noise_seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'
] // prettier-ignore

function settingsOfNodes(nodes: GraphNode[]): { [key: string]: Json } {
  const settings: { [key: string]: Json } = {}
  for (const { inputs } of nodes) for (const [name, value] of Object.entries(picked(inputs, nodeSettings))) settings[name] ??= value
  const prompts = promptsOf(nodes)
  return { ...settings, ...prompts }
}

/** What a sampler was told to make and to keep away from; where the links lead nowhere, the texts that are encoded. */
function promptsOf(nodes: GraphNode[]): { [key: string]: Json } {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const sampler = nodes.find(({ inputs }) => Array.isArray(inputs.positive)) ?? nodes.find(({ inputs }) => Array.isArray(inputs.conditioning))
  const positive = sampler && textBehind(sampler.inputs.positive ?? sampler.inputs.conditioning, byId)
  const negative = sampler && textBehind(sampler.inputs.negative, byId)
  if (positive !== undefined) return { prompts: [positive], ...(negative && { negativePrompt: negative }) }
  const encoded = nodes.filter(({ kind }) => /textencode/i.test(kind)).flatMap(({ inputs }) => textsIn(inputs))
  return encoded.length > 0 ? { prompts: encoded.slice(0, 2) } : {}
}

/** Follows a link, `["6", 0]`, through nodes that combine or pass on, to a text. */
function textBehind(link: unknown, byId: Map<string, GraphNode>): string | undefined {
  const links = [link]
  const seen = new Set<string>()
  while (links.length > 0 && seen.size < 50) {
    const next = links.shift()
    const id: unknown = Array.isArray(next) ? next[0] : undefined
    if ((typeof id !== 'string' && typeof id !== 'number') || seen.has(String(id))) continue
    seen.add(String(id))
    const inputs = byId.get(String(id))?.inputs ?? {}
    const [text] = textsIn(inputs)
    if (text !== undefined) return text
    links.push(...Object.values(inputs).filter((input) => Array.isArray(input)))
  }
  return undefined
}

function textsIn(inputs: GraphNode['inputs']): string[] {
  return Object.values(picked(inputs, ['text', 'text_g', 't5xxl', 'clip_l', 'prompt', 'value', 'string'])).filter((text) => typeof text === 'string' && text !== '') as string[]
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
    where: 'text “Comment”',
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

/** Grok (xAI): a signature in base64 beside an artist that is a UUID. */
const grok: TraceReader = (texts) => {
  const artist = texts.find(({ where, text }) => where === 'EXIF Artist' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
  const signature = texts.find(({ where, text }) => /^EXIF (?:ImageDescription|UserComment)$/.test(where) && /^Signature: [\w+/=]{40,}$/.test(text))
  if (artist === undefined || signature === undefined) return undefined
  return { generator: 'Grok', where: `${signature.where}, Artist`, log10LikelihoodRatio: strength.name, measured: { artist: artist.text, signature: signature.text.slice(0, 60) } }
}

/** IPTC’s properties for generated pictures (Photo Metadata Standard 2025.1): the system, its version, what it was asked for and by whom. */
const iptcAi: TraceReader = (texts) => {
  const valueOf = (keyword: string) => texts.find((text) => text.where === `XMP ${keyword}`)?.text.slice(0, maxPromptLength)
  const [system, prompt] = [valueOf('AISystemUsed'), valueOf('AIPromptInformation')]
  if (system === undefined && prompt === undefined) return undefined
  const measured = { system, version: valueOf('AISystemVersionUsed'), prompt, promptWriter: valueOf('AIPromptWriterName') }
  return {
    generator: system === undefined ? 'a generator that does not give its name' : (generatorNamed(system) ?? system.slice(0, 100)),
    where: system === undefined ? 'XMP AIPromptInformation' : 'XMP AISystemUsed',
    log10LikelihoodRatio: strength.name,
    measured: Object.fromEntries(Object.entries(measured).filter((entry): entry is [string, string] => entry[1] !== undefined))
  }
}

/** In the order of how much they tell. */
export const recordReaders: readonly TraceReader[] = [
  webUi,
  comfyUi,
  invokeAi,
  novelAi,
  jsonRecord,
  easyDiffusion,
  midjourney,
  chineseLabel,
  grok,
  iptcAi
]

function firstOf(texts: readonly PlacedText[], read: (text: PlacedText) => GeneratorTrace | undefined): GeneratorTrace | undefined {
  const found = texts.map(read).filter((trace) => trace !== undefined)
  return found.sort((a, b) => b.log10LikelihoodRatio - a.log10LikelihoodRatio)[0]
}
