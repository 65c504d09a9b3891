import sharp from 'sharp'
import type { Evidence } from '../types.ts'

const width = 512
const panelHeight = 100
const gap = 8
/** What a bar of full height means: so many times the power of its neighbours. */
const fullHeight = 1_000

/**
 * Spectra drawn under one another: frequency from left (0) to right (half a cycle a pixel), and upwards, by the logarithm, how far a
 * frequency stands out of its neighbours.
 */
export async function spectrumPicture(spectra: readonly Float64Array[], { name, caption }: Pick<Evidence, 'name' | 'caption'>): Promise<Evidence> {
  const height = spectra.length * (panelHeight + gap) - gap
  const data = new Uint8Array(width * height).fill(32)
  for (const [panel, spectrum] of spectra.entries()) {
    const bottom = panel * (panelHeight + gap) + panelHeight
    for (let column = 0; column < width; column++) {
      const bar = Math.round((panelHeight * Math.log(Math.max(1, greatest(spectrum, column)))) / Math.log(fullHeight))
      for (let row = 0; row < panelHeight; row++) data[(bottom - 1 - row) * width + column] = row < bar ? 255 : 0
    }
  }
  const bytes = await sharp(data, { raw: { width, height, channels: 1 } }).png().toBuffer()
  return { name, caption, mediaType: 'image/png', layer: 'beside', bytes }
}

/** Of the frequencies that share a column of the picture, the one that stands out most. */
function greatest(spectrum: Float64Array, column: number): number {
  const from = Math.floor((column * spectrum.length) / width)
  const to = Math.max(from + 1, Math.floor(((column + 1) * spectrum.length) / width))
  let value = 0
  // The first bins are the motif.
  for (let bin = Math.max(8, from); bin < to; bin++) value = Math.max(value, spectrum[bin] ?? 0)
  return value
}
