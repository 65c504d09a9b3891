import { fileTypeFromBuffer } from 'file-type'
import type { MediaKind } from './types.ts'

/** The pictures that the engine takes, as they are sniffed; `image/heif` covers HEIF files of any brand but AVIF and HEIC. */
export const imageMediaTypes = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/tiff',
  'image/heic',
  'image/heif'
] as const
export type ImageMediaType = (typeof imageMediaTypes)[number]

/** The videos that the engine takes; `video/mp4` covers all ISO base media files but QuickTime's own. */
export const videoMediaTypes = ['video/mp4', 'video/quicktime', 'video/webm', 'video/matroska'] as const
export type VideoMediaType = (typeof videoMediaTypes)[number]

export const supportedMediaTypes = [...imageMediaTypes, ...videoMediaTypes] as const
export type MediaType = (typeof supportedMediaTypes)[number]

/** As people call them. */
export const formatNames = ['JPEG', 'PNG', 'WebP', 'GIF', 'AVIF', 'TIFF', 'HEIC', 'MP4', 'MOV', 'WebM', 'Matroska'] as const

export function kindOf(mediaType: MediaType): MediaKind {
  return mediaType.startsWith('video/') ? 'video' : 'image'
}

/** How many first bytes `sniffMediaType` needs to be as sure as it can be. */
export const sniffBytes = 4100

/** Other names under which file-type knows the same formats: animated PNG is PNG, image sequences hold a first image, and phones' films are MP4. */
const sameAs: { readonly [mediaType: string]: MediaType } = {
  'image/apng': 'image/png',
  'image/heic-sequence': 'image/heic',
  'image/heif-sequence': 'image/heif',
  'video/x-m4v': 'video/mp4',
  'video/3gpp': 'video/mp4',
  'video/3gpp2': 'video/mp4',
  'video/x-matroska': 'video/matroska'
}

/**
 * Tells a medium by its first bytes, never by its name or by what the client says.
 *
 * @param head the first `sniffBytes` bytes, or the whole file if it is shorter
 * @returns undefined for everything that the engine does not take, also for text formats such as SVG
 */
export async function sniffMediaType(head: Uint8Array): Promise<{ mediaType: MediaType; kind: MediaKind } | undefined> {
  const mime = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime ?? tiffByItsSignature(head)
  const known = mime && (sameAs[mime] ?? mime)
  const mediaType = supportedMediaTypes.find((supported) => supported === known)
  return mediaType && { mediaType, kind: kindOf(mediaType) }
}

/**
 * file-type reads a TIFF's first directory to tell camera raw formats apart, and gives up when it stands behind the
 * head, as libtiff writes it. Raw formats have theirs at the front, so what is left here is a TIFF.
 */
function tiffByItsSignature(head: Uint8Array): MediaType | undefined {
  const signature = Buffer.from(head.subarray(0, 4)).toString('latin1')
  return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(signature) ? 'image/tiff' : undefined
}
