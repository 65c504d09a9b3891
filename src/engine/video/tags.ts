import type { MetadataTags } from 'mediabunny'
import { readXmp, type Metadata, type TextEntry } from '../metadata.ts'
import type { Container } from './container.ts'

const maxTags = 200
const maxTagLength = 500_000

/** Tags that name the program which wrote the file, by their names in MP4, QuickTime and Matroska. */
const softwareTags = /^(?:©too|©swr|©enc|encoder|encoding_tool|software|com\.apple\.quicktime\.software|writing application|muxing application|compressor)$/i

/**
 * Anybody's words. Only where they are nothing but a set phrase do they say what made the film, so that a film about a generator is none of
 * it; OpenAI's name alone is no hint even then: its models also write subtitles and speak.
 */
const commentTags = /^(?:©cmt|comments?|com\.apple\.quicktime\.comment)$/i
const madeWith = /^(?:ai[- ])?(?:generated (?:with|by|using)|(?:made|created) (?:with|using)) ((?!openai\b|chatgpt\b)\S.{0,40})$/i

/**
 * What a film says about itself in the form of a picture's metadata, so that the same readers of generator traces take both: its tags
 * as texts, with the names of the fields under which pictures hold the like.
 */
export function videoMetadata(container: Container, tags: MetadataTags): Metadata {
  const texts = [...container.writers, ...textsOf(tags)]
  const metadata: Metadata = {
    exif: new Map(),
    xmp: new Map(),
    iptc: new Map(),
    texts: texts.flatMap(({ keyword, text }) => [
      { keyword, text },
      ...(softwareTags.test(keyword) ? [{ keyword: 'Software', text }] : []),
      ...generatorsIn(keyword, text),
      ...graphsIn(text)
    ]),
    thumbnail: undefined,
    hasContentCredentials: false,
    unreadable: []
  }
  if (container.xmp === undefined) return metadata
  try {
    metadata.xmp = readXmp(container.xmp)
  } catch {
    metadata.unreadable.push('XMP')
  }
  return metadata
}

function textsOf({ raw = {} }: MetadataTags): TextEntry[] {
  return Object.entries(raw)
    .slice(0, maxTags)
    .flatMap(([keyword, value]) => (Array.isArray(value) ? value : [value]).map((text) => ({ keyword, text })))
    .flatMap(({ keyword, text }) => (typeof text === 'string' ? [{ keyword, text: text.slice(0, maxTagLength) }] : []))
}

function generatorsIn(keyword: string, text: string): TextEntry[] {
  const generator = commentTags.test(keyword) ? madeWith.exec(text.trim())?.[1] : undefined
  return generator === undefined ? [] : [{ keyword: 'Generator', text: generator }]
}

/** ComfyUI's films carry `{"prompt": "{…}", "workflow": {…}}` in their comment: the graphs that its pictures hold as texts of their own. */
function graphsIn(text: string): TextEntry[] {
  if (!text.startsWith('{') || !/"(?:prompt|workflow)"/.test(text)) return []
  try {
    const record = JSON.parse(text) as { [key: string]: unknown }
    return ['prompt', 'workflow'].flatMap((keyword) => {
      const value = record[keyword]
      return value === undefined ? [] : [{ keyword, text: typeof value === 'string' ? value : JSON.stringify(value) }]
    })
  } catch {
    return []
  }
}
