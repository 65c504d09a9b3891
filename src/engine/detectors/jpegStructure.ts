import { createHash } from 'node:crypto'
import { listed, paragraph, sentence, type Sentence, type Text } from '../../language/sentence.ts'
import type { FrameComponent, JpegFrame, JpegStructure } from '../containers/jpeg.ts'
import { findings, type ImageDetector } from '../detector.ts'
import { contradictsCamera, encoderOf, type Encoder } from '../jpeg/encoders.ts'
import { hasStandardHuffmanTables } from '../jpeg/huffman.ts'
import { furtherPictures, marksOf } from '../jpeg/marks.ts'
import { estimateQuality } from '../quantization.ts'
import type { Json, Signal } from '../types.ts'
import { contextSignal } from './signal.ts'

/**
 * How the file was compressed: quantization tables against IJG's and against those of known writers, chroma subsampling, process, order of
 * segments, the encoder that they name, what makers left in the file, and further pictures behind the picture. Context: it tells which program
 * or camera saved the file last, not whether what it shows is true.
 */
export const jpegStructure: ImageDetector = {
  id: 'jpeg_structure',
  kind: 'image',
  mediaTypes: ['image/jpeg'],
  otherMediaTypes: {
    code: 'not_a_jpeg',
    reason: sentence(
      'The picture is not a JPEG, so it has no compression tables that could tell which camera or program saved it. If it was made from a JPEG, that file would tell more.'
    )
  },
  needsPixels: false,
  async detect({ bytes, jpeg, metadata }) {
    if (jpeg?.frame === undefined || jpeg.tables.length === 0) return findings()
    const tables = tablesOf(jpeg, jpeg.frame)
    const encoder = encoderOf(jpeg)
    const behind = { marks: marksOf(jpeg, bytes), pictures: furtherPictures(jpeg, bytes).map(({ width, height }) => ({ width, height })) }
    const signal = contextSignal({
      detector: 'jpeg_structure',
      code: 'compression',
      meaning: paragraph(savedAs(jpeg.frame, tables), ...writtenBy(encoder), ...foundBeside(jpeg, behind)),
      measured: {
        tables: tables.map((table) => ({ ...table })),
        tablesDigest: digestOf(jpeg),
        encoder: encoder === undefined ? null : { ...encoder },
        subsampling: subsamplingOf(jpeg.frame.components),
        process: jpeg.frame.process,
        arithmeticCoding: jpeg.frame.arithmetic,
        bitsPerSample: jpeg.frame.precision,
        components: jpeg.frame.components.length,
        scans: jpeg.scans,
        restartInterval: jpeg.restartInterval,
        huffmanTables: hasStandardHuffmanTables(jpeg.segments) ? 'standard' : 'own',
        jfif: jpeg.hasJfif,
        adobeTransform: jpeg.adobeTransform ?? null,
        segments: segmentNames(jpeg),
        marks: behind.marks,
        furtherPictures: behind.pictures,
        trailingBytes: jpeg.trailingBytes,
        complete: jpeg.complete
      }
    })
    const make = metadata.exif.get('Make')
    return findings({ signals: encoder !== undefined && contradictsCamera(encoder, make) ? [signal, anotherProgram(encoder, String(make))] : [signal] })
  }
}

function anotherProgram(encoder: Encoder, make: string): Signal {
  return contextSignal({
    detector: 'jpeg_structure',
    code: 'saved_by_another_program',
    meaning: sentence(
      'The file names a camera of {make}, but it was written by {program}, or by a program that writes alike: it is not the file that the camera wrote. Most published photographs were saved again; that is no manipulation.',
      { make: make.trim().slice(0, 40), program: { text: encoder.name } }
    ),
    measured: { make: make.slice(0, 100), encoder: { ...encoder } }
  })
}

type TableFacts = { id: number; for: 'luminance' | 'chrominance'; quality: number; deviation: number; standard: boolean; values: number[] }

function tablesOf({ tables }: JpegStructure, { components }: JpegFrame): TableFacts[] {
  return tables.slice(0, 4).map((table) => {
    // The first component is luminance in YCbCr; the others, where they have a table of their own, are chrominance.
    const kind = components[0]?.tableId === table.id ? 'luminance' : 'chrominance'
    const { quality, deviation } = estimateQuality(table, kind)
    return {
      id: table.id,
      for: kind,
      quality,
      deviation: Math.round(deviation * 1000) / 1000,
      standard: deviation === 0,
      values: table.values
    }
  })
}

/** `4:2:0`, `4:2:2`, `4:4:4`, … for three components; else the factors as they are. */
function subsamplingOf(components: FrameComponent[]): string {
  const [luma, blue, red] = components
  if (luma === undefined || blue === undefined) return 'grey'
  const factors = components.map(({ horizontal, vertical }) => `${horizontal}x${vertical}`).join(' ')
  if (components.length !== 3 || blue.horizontal !== red?.horizontal || blue.vertical !== red.vertical) return factors
  const names: { [ratio: string]: string } = { '1x1': '4:4:4', '2x1': '4:2:2', '2x2': '4:2:0', '1x2': '4:4:0', '4x1': '4:1:1' }
  return names[`${luma.horizontal / blue.horizontal}x${luma.vertical / blue.vertical}`] ?? factors
}

/** Names the encoder's tables, to find files that were saved alike. */
function digestOf({ tables }: JpegStructure): string {
  const hash = createHash('sha256')
  for (const { values } of tables) hash.update(Uint16Array.from(values))
  return hash.digest('hex').slice(0, 16)
}

/** The order of segments, repeats joined: `APP0 JFIF`, `APP1 Exif`, `DQT ×2`. */
function segmentNames({ segments }: JpegStructure): Json[] {
  const names: { name: string; times: number }[] = []
  for (const { name, identifier } of segments) {
    const full = identifier === '' ? name : `${name} ${identifier}`
    const last = names.at(-1)
    if (last?.name === full) last.times++
    else names.push({ name: full, times: 1 })
  }
  return names.slice(0, 60).map(({ name, times }) => (times === 1 ? name : `${name} ×${times}`))
}

function savedAs(frame: JpegFrame, tables: TableFacts[]): Sentence {
  const luma = tables.find((table) => table.for === 'luminance') ?? tables[0]!
  const { quality } = luma
  const how = luma.standard
    ? sentence('at quality {quality} with the tables that most software uses', { quality })
    : sentence('with tables of its own (near to quality {quality}), as cameras and some programs do', { quality })
  return frame.process === 'progressive'
    ? sentence('The JPEG was last saved {how}, in the progressive form that web sites prefer.', { how })
    : sentence('The JPEG was last saved {how}.', { how })
}

function writtenBy(encoder: Encoder | undefined): Sentence[] {
  if (encoder === undefined) return []
  const { by, setting } = encoder
  const program: Sentence = { text: encoder.name }
  if (by === 'comment') return [sentence('A note in it names what wrote it: {program}.', { program })]
  if (by === 'segments') return [sentence('It was written by {program}, or by a program that writes alike.', { program })]
  if (setting === undefined) return [sentence('It is compressed in the way of {program}.', { program })]
  const { quality, of } = setting
  return [sentence('It is compressed in the way of {program}, at quality {quality} of {of}.', { program, quality, of })]
}

function foundBeside({ trailingBytes }: JpegStructure, { marks, pictures }: { marks: Text[]; pictures: { width: number; height: number }[] }): Sentence[] {
  const [mark, ...others] = marks.map((text): Sentence => ({ text }))
  const holds = mark === undefined ? [] : [sentence('It holds {marks}.', { marks: listed(mark, ...others) })]
  const [first] = pictures
  if (first !== undefined) {
    const { width, height } = first
    const further = sentence(
      '{count, plural, one {A second picture is} other {# further pictures are}} stored behind the first ({width} × {height} pixels), as cameras and phones do with previews, bursts and brightness maps.',
      { count: pictures.length, width, height }
    )
    return [...holds, further]
  }
  if (trailingBytes === 0 || mark !== undefined) return holds
  return [sentence('{bytes, plural, one {# byte stands} other {# bytes stand}} behind the picture, as some phones write them.', { bytes: trailingBytes })]
}
