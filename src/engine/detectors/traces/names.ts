import type { Text } from '../../../language/sentence.ts'
import type { Metadata } from '../../metadata.ts'
import { strength, type GeneratorTrace } from './trace.ts'

/**
 * Generators by name, looked for only in fields that say which software made the file. In a description or a keyword
 * the same word may be the subject of a photograph: a press picture of OpenAI's office is no AI picture.
 *
 * Left out on purpose: Imagen alone (also a service that edits photographs), Gemini alone (also a duplicate finder),
 * Canva, Picsart and Microsoft Designer (design tools for photographs as well), upscalers. Of films, Luma AI alone (whose
 * app films real places in three dimensions), Veo with a bare number (also a camera for sports), and Sora, Runway, Pika,
 * MiniMax and Vidu alone: names and words of much else.
 */
const generators: readonly (readonly [generator: string, pattern: RegExp])[] = [
  ['Midjourney', /\bmidjourney\b/i],
  ['OpenAI (ChatGPT, DALL·E)', /\b(?:openai|chatgpt|dall[-·•]?e(?:\b|\d)|gpt-4o|gpt-image)/i],
  ['Adobe Firefly', /\badobe firefly\b/i],
  ['Google AI (Gemini, Imagen)', /\bmade with google ai\b|\bgoogle (?:ai|imagen|gemini)\b|\bimagen \d|\bnano banana\b/i],
  ['Stable Diffusion', /\bstable[ -]?diffusion\b|\bsdxl\b|\bstability ai\b|\bdreamstudio\b|\bautomatic1111\b|\bsd\.next\b/i],
  ['ComfyUI', /\bcomfyui\b/i],
  ['InvokeAI', /\binvoke ?ai\b/i],
  ['NovelAI', /\bnovelai\b/i],
  ['Fooocus', /\bfooocus\b/i],
  ['Draw Things', /\bdraw things\b/i],
  ['FLUX (Black Forest Labs)', /\bblack forest labs\b|\bflux\.?[12]?[- ](?:dev|schnell|pro|kontext)\b/i],
  ['Apple Image Playground', /\bimage playground\b/i],
  ['Bing Image Creator', /\bbing image creator\b|\bimage creator from (?:microsoft )?designer\b/i],
  ['Meta AI', /\bmeta ai\b|\bimagined with ai\b/i],
  ['Grok', /\bgrok[- ]?(?:\d|imagine|image)|\bx\.ai\b/i],
  ['Leonardo.Ai', /\bleonardo\.? ?ai\b/i],
  ['Ideogram', /\bideogram\b/i],
  ['Recraft', /\brecraft\b/i],
  ['Playground AI', /\bplayground ai\b/i],
  ['Krea', /\bkrea\.? ?ai\b/i],
  ['NightCafe', /\bnightcafe\b/i],
  ['Craiyon', /\bcraiyon\b/i],
  ['Seedream (ByteDance)', /\bseedream\b|\bjimeng\b|\bdoubao\b|即梦|豆包/i],
  ['Tongyi Wanxiang', /\btongyi\b|\bwanxiang\b|通义万相/i],
  ['Hunyuan (Tencent)', /\bhunyuan\b|混元/i],
  ['Kling', /\bkling ?ai\b|可灵/i],
  ['Sora (OpenAI)', /^sora[ -]?[12](?:\.\d)?(?:[ -](?:pro|turbo))?$/i],
  ['Veo (Google)', /\b(?:google|deepmind) veo\b|\bveo-\d(?:\.\d)?(?:-fast)?-(?:generate|preview)\b/i],
  ['Runway', /\brunwayml\b|\brunway (?:ai|gen[- ]?\d|aleph)\b/i],
  ['Pika', /\bpika ?labs\b|\bpika\.art\b/i],
  ['Luma Dream Machine', /\bdream machine\b|\blumalabs\b|\bluma ray[ -]?\d/i],
  ['Hailuo (MiniMax)', /\bhailuo\b|\bminimax[- ](?:ai|video)\b|海螺/i],
  ['Vidu', /\bvidu (?:ai|q\d)\b|\bvidu\.(?:com|studio|cn)\b|\bshengshu\b|生数/i],
  ['PixVerse', /\bpixverse\b/i],
  ['Seedance (ByteDance)', /\bseedance\b/i],
  ['a generator that does not give its name', /^ai[- ]generated\b|\bai generated;/i]
]

/** What stands for the name of a generator that gives none. */
export const namelessGenerators = ['a generator that does not give its name', 'a service that labels its pictures under Chinese law'] as const

/** Longer than any name of a program: what is beyond is somebody's text. */
const maxNameLength = 300

/** The generator that a program's name names, by the name that a reader knows it by. */
export function generatorNamed(program: string): string | undefined {
  return generators.find(([, pattern]) => pattern.test(program.slice(0, maxNameLength)))?.[0]
}

/** Finds generators that are named as the maker of the file. One trace a generator. */
export function namedGenerators(metadata: Metadata): GeneratorTrace[] {
  const found = new Map<string, GeneratorTrace>()
  for (const { where, text } of softwareFields(metadata)) {
    for (const [generator, pattern] of generators) {
      if (found.has(generator) || !pattern.test(text)) continue
      found.set(generator, { generator, where, log10LikelihoodRatio: strength.name, measured: { [where]: text } })
    }
  }
  return [...found.values()]
}

function softwareFields({ exif, xmp, iptc, texts }: Metadata): { where: string; text: string }[] {
  const fields: [where: string, value: unknown][] = [
    ['EXIF Software', exif.get('Software')],
    ['EXIF ProcessingSoftware', exif.get('ProcessingSoftware')],
    ['EXIF Make', exif.get('Make')],
    ['EXIF Model', exif.get('Model')],
    ['XMP CreatorTool', xmp.get('CreatorTool')],
    ['XMP Credit', creditOf(xmp.get('Credit'))],
    ['IPTC Credit', creditOf(iptc.get('Credit'))],
    ['IPTC Originating Program', iptc.get('Originating Program')],
    ...texts
      .filter(({ keyword }) => /^(?:software|source|creator tool|generator)$/i.test(keyword))
      .map(({ keyword, text }): [string, string] => [`text “${keyword}”`, text])
  ]
  return fields.flatMap(([where, value]) => (typeof value === 'string' ? [{ where, text: value.slice(0, maxNameLength) }] : []))
}

/** A credit names who is to be thanked, which for a hand-out photograph can be an AI company: only set phrases count. */
function creditOf(credit: unknown): string | undefined {
  return typeof credit === 'string' && (creditPhrases.test(credit) || /^apple image playground$/i.test(credit.trim())) ? credit : undefined
}

const creditPhrases = /\b(?:made|generated|created|imagined) (?:with|by|using)\b/i

/** Phones' own words for a part that a generative model filled in, in the credit: then the rest is a photograph. */
const editingCredits: readonly (readonly [tool: Text, pattern: RegExp])[] = [
  ['Google’s generative editing', /^edited with google ai$/i],
  ['Apple’s Clean Up', /^apple photos clean up$/i]
]

/** A generative edit of a photograph that the file names, and where. */
export interface GenerativeEdit {
  tool: Text
  where: string
  credit: string
}

/** The first that the credits name. */
export function generativeEdit({ xmp, iptc }: Metadata): GenerativeEdit | undefined {
  for (const [where, value] of [['XMP Credit', xmp.get('Credit')], ['IPTC Credit', iptc.get('Credit')]] as const) {
    const credit = typeof value === 'string' ? value.trim().slice(0, maxNameLength) : ''
    const found = editingCredits.find(([, pattern]) => pattern.test(credit))
    if (found !== undefined) return { tool: found[0], where, credit }
  }
  return undefined
}
