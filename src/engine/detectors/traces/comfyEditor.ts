import { isRecord } from './trace.ts'

/**
 * The graph as ComfyUI's editor saves it (`workflow`): a list of nodes, whose settings stand by position and not by name, and a list of links.
 */

/** A node as the executed graph has it: its settings by name, and links as `["6", 0]`, a node's number and which of its outputs. */
export interface GraphNode {
  id: string
  kind: string
  inputs: { [name: string]: unknown }
}

const maxNodes = 2_000
const maxLinks = 10_000
/** Of one node; the largest have some dozens. */
const maxInputs = 100

/** What stands where in `widgets_values`, of the nodes that matter; after a seed the editor puts how it is to be changed. */
const widgets: { readonly [kind: string]: readonly string[] } = {
  KSampler: ['seed', 'control_after_generate', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  KSamplerAdvanced: ['add_noise', 'noise_seed', 'control_after_generate', 'steps', 'cfg', 'sampler_name', 'scheduler'],
  KSamplerSelect: ['sampler_name'],
  RandomNoise: ['noise_seed'],
  BasicScheduler: ['scheduler', 'steps', 'denoise'],
  CheckpointLoaderSimple: ['ckpt_name'],
  UNETLoader: ['unet_name'],
  VAELoader: ['vae_name'],
  LoraLoader: ['lora_name'],
  LoraLoaderModelOnly: ['lora_name'],
  CLIPTextEncode: ['text'],
  CLIPTextEncodeFlux: ['clip_l', 't5xxl']
}

/** The editor's nodes in the form of the executed graph, so that the same readers take both. */
export function editorNodes(nodes: readonly unknown[], links: unknown): GraphNode[] {
  const sources = sourcesOf(links)
  return nodes.slice(0, maxNodes).flatMap((node) => {
    if (!isRecord(node) || typeof node.type !== 'string') return []
    // What is linked counts, not the text that stood in the field before.
    const inputs = { ...settingsOf(node.type, node.widgets_values), ...linkedInputs(node.inputs, sources) }
    return [{ id: String(node.id), kind: node.type, inputs }]
  })
}

/** By the number of a link, where it comes from: `[link, node, output, …]`. */
function sourcesOf(links: unknown): Map<unknown, [node: string, output: unknown]> {
  const sources = new Map<unknown, [string, unknown]>()
  for (const link of Array.isArray(links) ? (links as unknown[]).slice(0, maxLinks) : []) {
    if (Array.isArray(link)) sources.set(link[0], [String(link[1]), link[2]])
  }
  return sources
}

function settingsOf(kind: string, values: unknown): GraphNode['inputs'] {
  // Some nodes of others save them by name.
  if (isRecord(values)) return values
  const listed = Array.isArray(values) ? (values as unknown[]).slice(0, maxInputs) : []
  const names = Object.hasOwn(widgets, kind) ? widgets[kind]! : undefined
  if (names !== undefined) return Object.fromEntries(names.map((name, index) => [name, listed[index]]))
  // Encoders of texts that are not known: the longest text is the prompt.
  const texts = /textencode/i.test(kind) ? listed.filter((value) => typeof value === 'string') : []
  return texts.length > 0 ? { text: texts.reduce((longest, text) => (text.length > longest.length ? text : longest)) } : {}
}

function linkedInputs(inputs: unknown, sources: ReadonlyMap<unknown, [string, unknown]>): GraphNode['inputs'] {
  const linked: GraphNode['inputs'] = {}
  for (const input of Array.isArray(inputs) ? (inputs as unknown[]).slice(0, maxInputs) : []) {
    const source = isRecord(input) ? sources.get(input.link) : undefined
    if (source !== undefined && isRecord(input) && typeof input.name === 'string') linked[input.name] = source
  }
  return linked
}
