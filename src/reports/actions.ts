import { sentence, type Sentence } from '../language/sentence.ts'

/** Actions of the C2PA specification, by their names without `c2pa.`, in the words of the result page. */
export const actionNames: { readonly [action: string]: Sentence } = {
  addedText: sentence('text added'),
  color_adjustments: sentence('colours adjusted'),
  converted: sentence('converted'),
  copied: sentence('copied'),
  created: sentence('created'),
  cropped: sentence('cropped'),
  deleted: sentence('something deleted'),
  drawing: sentence('drawn in'),
  dubbed: sentence('dubbed'),
  edited: sentence('edited'),
  enhanced: sentence('enhanced'),
  filtered: sentence('filtered'),
  formatted: sentence('formatted'),
  managed: sentence('taken into care'),
  opened: sentence('opened'),
  orientation: sentence('turned'),
  placed: sentence('something placed in it'),
  produced: sentence('produced'),
  published: sentence('published'),
  redacted: sentence('history redacted'),
  removed: sentence('something removed'),
  repackaged: sentence('packed anew'),
  resized: sentence('resized'),
  saved: sentence('saved'),
  transcoded: sentence('coded anew'),
  translated: sentence('translated'),
  trimmed: sentence('trimmed'),
  unknown: sentence('something unknown'),
  watermarked: sentence('watermarked')
}
