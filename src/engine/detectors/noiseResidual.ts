import { sentence } from '../../language/sentence.ts'
import { findings, type ImageDetector } from '../detector.ts'
import { mapPicture } from '../evidencePictures.ts'
import { noiseLevels } from '../noise/noiseLevels.ts'
import { quantiles } from '../quantiles.ts'
import { contextSignal } from './signal.ts'

/** The map's longer side, in cells: of a large picture each is a mean of many pixels, and so a level, not a flicker. */
const mapSide = 512
/** Noise below this standard deviation, in levels of 0–255, is that of rounding, and black. */
const blackLevel = 0.25
/** The level at this share of the cells becomes white. */
const whitePoint = 0.995
/** White is at least so many times black, or an even picture would show nothing but its rounding. */
const leastRange = 16

/**
 * The noise residual: how strong the noise is, place by place (method and source in `noiseLevels.ts`). A part from another picture can
 * have noise of another strength; so have, in every picture, what is textured, bright, dark, out of focus or smoothed by
 * the camera. It is for the eye, and never moves the verdict.
 */
export const noiseResidual: ImageDetector = {
  id: 'noise_residual',
  kind: 'image',
  needsPixels: true,
  async detect(image) {
    const luma = image.luma()
    if (luma === undefined) return findings()
    const levels = noiseLevels(luma, mapSide)
    const [tenth, median, brightest] = quantiles(levels.data, [0.1, 0.5, whitePoint]) as [number, number, number]
    const white = Math.max(leastRange * blackLevel, brightest)
    const shown = { ...levels, data: logarithmic(levels.data, blackLevel, white) }
    const evidence = await mapPicture(shown, {
      name: 'noise-residual.jpg',
      // Noise is what PNG is worst at.
      mediaType: 'image/jpeg',
      caption: sentence(
        'Bright: strong noise or fine texture (white is a standard deviation of {white, number} of 255 levels or more; equal steps of grey are equal ratios). Leaves, hair, fabric and print are bright in every picture, and skies, blurred backgrounds and what a phone has smoothed are dark. Only a part whose noise differs from that of like surfaces in the same light deserves a closer look, and that is no proof either.',
        { white }
      ),
      orientation: image.orientation
    })
    return findings({
      signals: [
        contextSignal({
          detector: 'noise_residual',
          code: 'noise_residual',
          meaning: sentence('The noise picture shows how strong noise and fine texture are in each part of the picture. It is for the eye and moves no verdict.'),
          measured: { medianLevel: median, quietestTenth: tenth, whiteLevel: white },
          evidence: [evidence.name]
        })
      ],
      evidence: [evidence]
    })
  }
}

/** Levels of 0–255 by the logarithm, as noise is told apart by ratios. */
function logarithmic(values: Float32Array, black: number, white: number): Uint8Array {
  const scale = 255 / Math.log(white / black)
  // Such an array rounds, and cuts off what is beyond a byte.
  const levels = new Uint8ClampedArray(values.length)
  for (let cell = 0; cell < levels.length; cell++) levels[cell] = scale * Math.log(values[cell]! / black)
  return new Uint8Array(levels.buffer)
}
