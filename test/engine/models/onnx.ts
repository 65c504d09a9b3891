import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '../../../src/engine/models/manifest.ts'

/**
 * A tiny network, written by hand as ONNX (onnx.proto, IR version 8, operator set 13): the means of the three channels, then one
 * linear layer.
 */

export interface LinearNetwork {
  /** Of the input, as the network declares it: [1, 3, height, width] or [1, height, width, 3]. */
  dims: [number, number, number, number]
  /** For each class the weights of the three channels' means. */
  weights: [number, number, number][]
  bias: number[]
}

export function linearNetwork({ dims, weights, bias }: LinearNetwork): Buffer {
  const isLast = dims[3] === 3
  const nodes = [
    ...(isLast ? [node('Transpose', ['pixels'], 'planes', attribute('perm', [0, 3, 1, 2]))] : []),
    node('GlobalAveragePool', [isLast ? 'planes' : 'pixels'], 'means'),
    node('Flatten', ['means'], 'flat'),
    node('Gemm', ['flat', 'weights', 'bias'], 'logits')
  ]
  const columns = [0, 1, 2].flatMap((channel) => weights.map((row) => row[channel]!))
  return message(
    [1, 8],
    [8, message([1, ''], [2, 13])],
    [
      7,
      message(
        ...nodes.map((one): Field => [1, one]),
        [2, 'linear'],
        [5, tensor('weights', [3, weights.length], columns)],
        [5, tensor('bias', [bias.length], bias)],
        [11, valueInfo('pixels', dims)],
        [12, valueInfo('logits', [1, weights.length])]
      )
    ]
  )
}

/** A manifest for `linearNetwork` that says how reddish a picture is. */
export function redManifest(given: Partial<Manifest> = {}): Manifest {
  return {
    name: 'red',
    title: 'Red is AI',
    input: { width: 16, height: 16, layout: 'NCHW', channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], crop: 'stretch', interpolation: 'cubic' },
    output: { activation: 'softmax', classes: ['human', 'artificial'], generated: [1] },
    card: { source: 'made by the tests', licence: 'MIT', trainedOn: 'nothing', limits: 'It knows one colour.' },
    ...given
  }
}

/** Red speaks for a generator, green and blue against it. */
export const redNetwork = linearNetwork({ dims: [1, 3, 16, 16], weights: [[0, 0, 0], [6, -3, -3]], bias: [0, 0] })

/** Writes a model's folder. @returns its path */
export async function modelFolder(folder: string, network: Buffer = redNetwork, files: { [name: string]: unknown } = { 'manifest.json': redManifest() }): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'model.onnx'), network)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content))
  return folder
}

// Protocol buffers: a number as varint, everything else with its length before it.

type Field = [number: number, value: number | string | Buffer]

function message(...fields: Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [varint(number << 3), varint(value)]
      const bytes = Buffer.from(value)
      return [varint((number << 3) | 2), varint(bytes.length), bytes]
    })
  )
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}

function node(kind: string, inputs: string[], output: string, ...attributes: Buffer[]): Buffer {
  return message(...inputs.map((name): Field => [1, name]), [2, output], [4, kind], ...attributes.map((one): Field => [5, one]))
}

/** Of whole numbers: type 7. */
function attribute(name: string, values: number[]): Buffer {
  return message([1, name], ...values.map((value): Field => [8, value]), [20, 7])
}

/** Of 32-bit floats: type 1. */
function tensor(name: string, dims: number[], values: number[]): Buffer {
  return message(...dims.map((value): Field => [1, value]), [2, 1], [8, name], [9, Buffer.from(Float32Array.from(values).buffer)])
}

function valueInfo(name: string, dims: number[]): Buffer {
  const shape = message(...dims.map((value): Field => [1, message([1, value])]))
  return message([1, name], [2, message([1, message([1, 1], [2, shape])])])
}
