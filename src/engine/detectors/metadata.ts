import { sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import type { Metadata } from '../metadata.ts'
import type { NotChecked, Signal } from '../types.ts'
import { contextSignal } from './signal.ts'

const editors =
  /photoshop|lightroom|camera raw|\bgimp\b|affinity|pixelmator|snapseed|capture one|darktable|rawtherapee|luminar|topaz|dxo|acdsee|paint\.net|paint shop|coreldraw|corel photo|photo gallery|picasa|canva\b|picsart|vsco|facetune|faceapp|remini|meitu|polarr|fotor|pixlr|krita|imagemagick/i

/**
 * What stands around the picture: which editing program wrote the file, and whether there is anything at all. Context throughout:
 * "Edited with Photoshop" stands in dozens of honest camera files, and most sites strip metadata from everything.
 */
export const metadata: ImageDetector = {
  id: 'metadata',
  kind: 'image',
  needsPixels: false,
  async detect({ metadata: found }) {
    const signals: Signal[] = []
    const notChecked: NotChecked[] = []

    const editor = editorOf(found)
    if (editor !== undefined) {
      signals.push(
        contextSignal({
          detector: 'metadata',
          code: 'editor_trace',
          meaning: sentence(
            'The file was last written by an editing program ({program}). Most published photographs were; it is no sign of manipulation.',
            { program: editor.slice(0, 120) }
          ),
          measured: { software: editor }
        })
      )
    }
    if (found.unreadable.length > 0) {
      const reason = sentence('The file has data that are damaged or too large to be read: {blocks}.', { blocks: found.unreadable.join(', ') })
      notChecked.push({ code: 'metadata_unreadable', reason })
    }
    if (isEmpty(found)) {
      notChecked.push({
        code: 'no_metadata',
        reason: sentence(
          'The file carries no metadata: they were never there, or a site or an app has removed them, as most do. The original file, straight from the camera or the program that made it, could tell more.'
        )
      })
    }
    return findings({ signals, notChecked })
  }
}

function editorOf({ exif, xmp }: Metadata): string | undefined {
  return [xmp.get('CreatorTool'), exif.get('Software'), exif.get('ProcessingSoftware')]
    .filter((value) => typeof value === 'string')
    .find((value) => editors.test(value.slice(0, 500)))
}

function isEmpty({ exif, xmp, iptc, texts, hasContentCredentials, unreadable }: Metadata): boolean {
  return exif.size + xmp.size + iptc.size + texts.length + unreadable.length === 0 && !hasContentCredentials
}
