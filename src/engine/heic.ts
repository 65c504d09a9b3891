import { createRequire } from 'node:module'
import { maxDecodeBytes, maxPixels } from './decoder.ts'
import type { Pixels } from './image.ts'

/** Of libheif compiled to WebAssembly, what is used here: its C interface, by the names of `libheif/heif.h`. */
interface Libheif {
  HEAPU8: Uint8Array
  heif_get_global_security_limits(): number
  heif_context_alloc(): unknown
  heif_context_read_from_memory(context: unknown, bytes: Uint8Array): { code: unknown; message: string }
  heif_js_context_get_primary_image_handle(context: unknown): { code?: unknown; message?: string }
  heif_js_decode_image2(handle: unknown, colorspace: unknown, chroma: unknown): DecodedByLibheif | { code: unknown; message: string }
  heif_error_code: { heif_error_Ok: unknown }
  heif_colorspace: { heif_colorspace_RGB: unknown }
  heif_chroma: { heif_chroma_interleaved_RGB: unknown }
}

interface DecodedByLibheif {
  width: number
  height: number
  /** `data` is a view into the module's memory, rows of `stride` bytes. */
  channels: { data: Uint8Array; stride: number; width: number; height: number }[]
}

const require = createRequire(import.meta.url)

/**
 * Decodes a picture in HEIF, also one in HEVC, for which the libvips that sharp brings has no decoder. Turned and cropped as the
 * container says; a colour profile is not applied (phones' wide gamut looks a little paler, by which no measurement is moved).
 *
 * A WebAssembly memory grows and never shrinks, and a module that broke off is in no known state: each file gets a module of its own
 * (20 ms), which is left to the garbage collector with everything in it. A call into it can't be stopped but by ending the thread.
 *
 * @throws {Error} for what libheif can't read or decode, or what would take more memory than an analysis has
 */
export function decodeHeic(bytes: Uint8Array): Pixels {
  const createLibheif = require('libheif-js/libheif-wasm/libheif-bundle.js') as (options: object) => Libheif
  const quiet = { print() {}, printErr() {} }
  const libheif = createLibheif(quiet)
  limit(libheif)
  const context = libheif.heif_context_alloc()
  const read = libheif.heif_context_read_from_memory(context, bytes)
  if (read.code !== libheif.heif_error_code.heif_error_Ok) throw new Error(`libheif: ${read.message}`)
  const handle = libheif.heif_js_context_get_primary_image_handle(context)
  if (handle.code !== undefined) throw new Error(`libheif: ${handle.message}`)
  const { heif_colorspace_RGB } = libheif.heif_colorspace
  const { heif_chroma_interleaved_RGB } = libheif.heif_chroma
  const decoded = libheif.heif_js_decode_image2(handle, heif_colorspace_RGB, heif_chroma_interleaved_RGB)
  if (!('channels' in decoded)) throw new Error(`libheif: ${decoded.message}`)
  const plane = decoded.channels[0]
  if (plane === undefined) throw new Error('libheif: no pixels')
  const { width, height } = decoded
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) data.set(plane.data.subarray(y * plane.stride, y * plane.stride + width * 3), y * width * 3)
  return { data, width, height }
}

/** Where `heif_security_limits` (libheif/heif_security.h) has its fields, in bytes, each of 64 bits. */
const limitsAt = { imagePixels: 8, totalMemory: 64 } as const

/** Lowers libheif's own limits, which are a gigapixel and four gigabytes, to ours. */
function limit(libheif: Libheif): void {
  const { buffer } = libheif.HEAPU8
  const limits = new DataView(buffer, libheif.heif_get_global_security_limits(), 72)
  limits.setBigUint64(limitsAt.imagePixels, BigInt(maxPixels), true)
  limits.setBigUint64(limitsAt.totalMemory, BigInt(maxDecodeBytes), true)
}
