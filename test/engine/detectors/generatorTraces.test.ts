import t from 'tap'
import { generatorTraces } from '../../../src/engine/detectors/generatorTraces.ts'
import { generatorNamed } from '../../../src/engine/detectors/traces/names.ts'
import { photo, pngText, pngWithTexts, xmpPacket } from '../pictures.ts'
import { detect, verdictOf } from './photographs.ts'

async function tracesIn(file: Buffer) {
  const { signals } = await detect(generatorTraces, file)
  return signals
}

const parameters = 'a red house by the sea\nNegative prompt: blurry\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1234567, Size: 512x512, Model hash: 6ce0161689, Model: dreamshaper_8'
const graph = JSON.stringify({
  3: { class_type: 'KSampler', inputs: { seed: 42, steps: 20, cfg: 7, sampler_name: 'euler', positive: ['6', 0] } },
  4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd_xl_base_1.0.safetensors' } },
  6: { class_type: 'CLIPTextEncode', inputs: { text: 'a red house', clip: ['4', 1] } }
})
const editorGraph = JSON.stringify({ last_node_id: 9, nodes: [{ id: 3, type: 'KSampler' }, { id: 8, type: 'VAEDecode' }], links: [] })
/** As the editor saves it: settings by position, nodes joined by a list of links; a text field that was linked keeps its old text. */
const editedGraph = JSON.stringify({
  nodes: [
    {
      id: 3,
      type: 'KSampler',
      inputs: [{ name: 'model', link: 1 }, { name: 'positive', link: 4 }, { name: 'negative', link: 6 }],
      widgets_values: [42, 'randomize', 20, 7.5, 'euler', 'normal', 1]
    },
    { id: 4, type: 'CheckpointLoaderSimple', inputs: [], widgets_values: ['sd_xl_base_1.0.safetensors'] },
    { id: 5, type: 'FluxGuidance', inputs: [{ name: 'conditioning', link: 5 }], widgets_values: [3.5] },
    { id: 6, type: 'CLIPTextEncode', inputs: [{ name: 'clip', link: 2 }], widgets_values: ['a red house'] },
    { id: 7, type: 'CLIPTextEncode', inputs: [{ name: 'clip', link: 3 }, { name: 'text', link: 7 }], widgets_values: ['left over'] },
    { id: 9, type: 'PrimitiveString', widgets_values: { value: 'blurry' } }
  ],
  links: [[1, 4, 0, 3, 0, 'MODEL'], [4, 5, 0, 3, 1, 'CONDITIONING'], [5, 6, 0, 5, 0, 'CONDITIONING'], [6, 7, 0, 3, 2, 'CONDITIONING'], [7, 9, 0, 7, 1, 'STRING']]
})
const job = '0c5a9d3e-1b2c-4d5e-8f90-123456789abc'

function editorGraphOf(type: string, values: unknown): string {
  return JSON.stringify({ nodes: [{ id: 1, type: 'KSampler' }, { id: 2, type, widgets_values: values }], links: 'none' })
}

const traces: { name: string; file: () => Promise<Buffer>; generator: RegExp; measured?: { [key: string]: unknown } }[] = [
  {
    name: 'Stable Diffusion web UI in a PNG',
    file: () => pngWithTexts({ parameters }),
    generator: /^Stable Diffusion$/,
    measured: { prompt: 'a red house by the sea', Steps: '20', Seed: '1234567', Model: 'dreamshaper_8' }
  },
  { name: 'the same, compressed', file: () => pngWithTexts({ parameters }, 'zTXt'), generator: /^Stable Diffusion$/ },
  { name: 'the same, international', file: () => pngWithTexts({ parameters }, 'iTXt'), generator: /^Stable Diffusion$/ },
  ...(['jpeg', 'webp', 'avif'] as const).map((format) => ({
    name: `the same in a ${format}’s EXIF`,
    file: () => photo({ format, exif: { IFD2: { UserComment: parameters } } }),
    generator: /^Stable Diffusion$/,
    measured: { Seed: '1234567' }
  })),
  {
    name: 'ComfyUI, the executed graph',
    file: () => pngWithTexts({ prompt: graph }),
    generator: /^ComfyUI$/,
    measured: { ckpt_name: 'sd_xl_base_1.0.safetensors', seed: 42, prompts: ['a red house'] }
  },
  {
    name: 'ComfyUI, the editor’s graph with its settings',
    file: () => pngWithTexts({ workflow: editedGraph }),
    generator: /^ComfyUI$/,
    measured: { seed: 42, steps: 20, cfg: 7.5, sampler_name: 'euler', ckpt_name: 'sd_xl_base_1.0.safetensors', prompts: ['a red house'], negativePrompt: 'blurry' }
  },
  { name: 'ComfyUI, a text encoder that is not known', file: () => pngWithTexts({ workflow: editorGraphOf('TextEncodeQwen', ['x', 'a red house']) }), generator: /^ComfyUI$/, measured: { prompts: ['a red house'] } },
  { name: 'a record in a chunk behind the end of a PNG', file: async () => Buffer.concat([await photo({ format: 'png' }), pngText('parameters', parameters)]), generator: /^Stable Diffusion$/, measured: { Seed: '1234567' } },
  { name: 'a record in bare letters behind the end of a PNG', file: async () => Buffer.concat([await photo({ format: 'png' }), Buffer.from(parameters)]), generator: /^Stable Diffusion$/ },
  { name: 'ComfyUI, the editor’s graph', file: () => pngWithTexts({ workflow: editorGraph }), generator: /^ComfyUI$/ },
  { name: 'ComfyUI with Python’s NaN', file: () => pngWithTexts({ prompt: graph.replace('"cfg":7', '"cfg":NaN') }), generator: /^ComfyUI$/ },
  { name: 'ComfyUI in a WebP', file: () => photo({ format: 'webp', exif: { IFD0: { Make: `prompt:${graph}` } } }), generator: /^ComfyUI$/ },
  { name: 'InvokeAI', file: () => pngWithTexts({ invokeai_metadata: '{"positive_prompt": "a house", "seed": 5}' }), generator: /^InvokeAI$/, measured: { seed: 5 } },
  { name: 'InvokeAI before version 3', file: () => pngWithTexts({ 'sd-metadata': '{"image": {}}' }), generator: /^InvokeAI$/ },
  {
    name: 'NovelAI',
    file: () => pngWithTexts({ Title: 'AI generated image', Software: 'NovelAI', Source: 'Stable Diffusion XL C1E1DE52', Comment: '{"seed": 9, "steps": 28}' }),
    generator: /^NovelAI$/,
    measured: { seed: 9 }
  },
  { name: 'Fooocus', file: () => pngWithTexts({ parameters: '{"prompt": "x", "seed": "7", "steps": 30, "base_model": "juggernaut", "version": "Fooocus v2.5.0"}' }), generator: /^Fooocus$/ },
  { name: 'SwarmUI', file: () => pngWithTexts({ parameters: '{"sui_image_params": {"prompt": "x", "seed": 7, "steps": 30, "model": "flux"}}' }), generator: /^SwarmUI$/ },
  { name: 'Easy Diffusion', file: () => pngWithTexts({ use_stable_diffusion_model: 'sd-v1-5', prompt: 'x', seed: '3' }), generator: /^Easy Diffusion$/ },
  { name: 'Midjourney in a PNG', file: () => pngWithTexts({ Description: `a red house --v 6.1 Job ID: ${job}` }), generator: /^Midjourney$/, measured: { job } },
  { name: 'Midjourney in EXIF', file: () => photo({ description: `a red house --ar 3:2 Job ID: ${job}` }), generator: /^Midjourney$/ },
  { name: 'Draw Things', file: () => photo({ format: 'png', xmp: xmpPacket({ 'xmp:CreatorTool': 'Draw Things' }) }), generator: /^Draw Things$/ },
  { name: 'Adobe Firefly', file: () => photo({ xmp: xmpPacket({ 'xmp:CreatorTool': 'Adobe Firefly 3.0' }) }), generator: /^Adobe Firefly$/ },
  { name: 'Google AI in a credit', file: () => photo({ xmp: xmpPacket({ 'photoshop:Credit': 'Made with Google AI' }) }), generator: /^Google AI/ },
  { name: 'DALL·E', file: () => photo({ exif: { IFD0: { Software: 'OpenAI DALL-E 3' } } }), generator: /^OpenAI/ },
  { name: 'FLUX’s own program', file: () => photo({ exif: { IFD0: { Software: 'AI generated;txt2img;flux', Make: 'Black Forest Labs' } } }), generator: /^(?:FLUX|a generator)/ },
  { name: 'China’s label', file: () => pngWithTexts({ AIGC: '{"Label": "1", "ContentProducer": "001191110108MA01KP2T5U00000"}' }), generator: /Chinese law/ },
  {
    name: 'China’s label in XMP',
    file: () => photo({ xmp: xmpPacket({ 'TC260:AIGC': '{"Label":"1","ContentProducer":"x"}' }) }),
    generator: /Chinese law/
  }
]

for (const { name, file, generator, measured = {} } of traces) {
  t.test(`${name}: the trace is found, and the file called generated by its own word`, async (t) => {
    const signals = await tracesIn(await file())
    t.ok(signals.length > 0)
    t.match(signals[0], { code: 'generator_trace', supports: 'ai_generated', measured })
    t.match(signals[0]?.measured.generator, generator)
    t.match(signals[0]?.meaning, /says so itself/)
    t.equal(verdictOf(signals), 'ai_generated')
  })
}

t.test('ComfyUI without anything that generates is a hint, not a verdict', async (t) => {
  const upscale = JSON.stringify({ 1: { class_type: 'LoadImage', inputs: { image: 'photo.jpg' } }, 2: { class_type: 'ImageScale', inputs: {} } })
  const signals = await tracesIn(await pngWithTexts({ prompt: upscale }))
  t.match(signals, [{ code: 'generator_trace', log10LikelihoodRatio: 1, measured: { generates: false } }])
  t.equal(verdictOf(signals), 'inconclusive')
})

const filmGenerators = [
  ['Sora 2', /^Sora/],
  ['OpenAI Sora', /^OpenAI/],
  ['Google Veo 3', /^Veo/],
  ['veo-3.0-generate-001', /^Veo/],
  ['Runway Gen-4', /^Runway/],
  ['Pika Labs', /^Pika/],
  ['Luma Dream Machine', /^Luma/],
  ['MiniMax Video-01', /^Hailuo/],
  ['海螺AI', /^Hailuo/],
  ['Vidu Q1', /^Vidu/],
  ['PixVerse V5', /^PixVerse/],
  ['Seedance 1.0 Pro', /^Seedance/]
] as const

t.test('generators of films are known by their whole names', async (t) => {
  for (const [program, generator] of filmGenerators) t.match(generatorNamed(program), generator, program)
})

t.test('programs and cameras of like names are none, nor are ordinary words', async (t) => {
  for (const program of ['OpenVidu 2.30', 'Sora', 'Sora no Kamera', 'Veo Cam 3', 'Veo 3', 'Runway', 'Runway 27L', 'Pika 1.0.3', 'Luma AI', 'Luma Fusion', 'MiniMax', 'Minimax filter', 'Kling Photo', 'Vidu']) {
    t.equal(generatorNamed(program), undefined, program)
  }
})

const innocent: { name: string; file: () => Promise<Buffer> }[] = [
  { name: 'a photograph without metadata', file: () => photo() },
  { name: 'a generator as the subject of a caption', file: () => photo({ description: 'The office of OpenAI, makers of DALL-E, and of Midjourney' }) },
  { name: 'an aeroplane on the runway', file: () => photo({ description: 'Runway Gen-2 markings; a pika; Vidu Q1, Sora 2, Google Veo and Pika Labs on show', exif: { IFD0: { Software: 'Runway Camera 4.1' } } }) },
  { name: 'an editor’s empty or broken graph', file: () => pngWithTexts({ workflow: '{"nodes": [null, 3, {"type": 5}], "links": [null, [1]]}' }) },
  { name: 'bytes behind the end of a PNG', file: async () => Buffer.concat([await photo({ format: 'png' }), Buffer.alloc(5_000, 0xfe)]) },
  { name: 'an AI company as the one to be credited', file: () => photo({ xmp: xmpPacket({ 'photoshop:Credit': 'OpenAI' }) }) },
  { name: 'a recipe with steps', file: () => pngWithTexts({ Description: 'Steps: 3, then wait' }) },
  { name: 'a prompt that is no graph', file: () => pngWithTexts({ prompt: 'please print', workflow: '{"nodes": []}' }) },
  { name: 'JSON of somebody else', file: () => pngWithTexts({ Comment: '{"seed": 3}', parameters: '[1, 2]' }) },
  { name: 'Photoshop', file: () => photo({ exif: { IFD0: { Software: 'Adobe Photoshop 26.0 (Windows)' } } }) },
  { name: 'Imagen, which edits photographs', file: () => photo({ exif: { IFD0: { Software: 'Imagen AI Photo Editor' } } }) },
  { name: 'a Chinese label that says no', file: () => pngWithTexts({ AIGC: '{"Label": "3"}' }) }
]
for (const { name, file } of innocent) {
  t.test(`${name} is no trace of a generator`, async (t) => {
    t.same(await tracesIn(await file()), [])
  })
}

t.test('hostile texts end quickly', async (t) => {
  const hostile = [
    'Steps: 1, '.repeat(90_000),
    `{"nodes":${'['.repeat(200_000)}`,
    `{${'"a":{"class_type":'.repeat(50_000)}`,
    `prompt:${' '.repeat(500_000)}`,
    `Job ID: ${'0'.repeat(900_000)}`
  ]
  for (const text of hostile) {
    const file = await pngWithTexts({ prompt: text, parameters: text, Description: text, Software: text }, 'zTXt')
    const started = performance.now()
    await tracesIn(file)
    t.ok(performance.now() - started < 2_000)
  }
})
