import type { Detector } from '../detector.ts'
import { cameraFields } from './cameraFields.ts'
import { contentCredentials } from './contentCredentials.ts'
import { copyMove } from './copyMove.ts'
import { digitalSourceType } from './digitalSourceType.ts'
import { doubleCompression } from './doubleCompression.ts'
import { errorLevel } from './errorLevel.ts'
import { generatorTraces } from './generatorTraces.ts'
import { inputQuality } from './inputQuality.ts'
import { jpegGrid } from './jpegGrid.ts'
import { jpegStructure } from './jpegStructure.ts'
import { metadata } from './metadata.ts'
import { noiseInconsistency } from './noiseInconsistency.ts'
import { noiseResidual } from './noiseResidual.ts'
import { resampling } from './resampling.ts'
import { thumbnail } from './thumbnail.ts'
import { videoContainer } from './video/container.ts'
import { frameTiming } from './video/frameTiming.ts'
import { videoCredentials, videoGeneratorTraces, videoSourceType } from './video/provenance.ts'

/** The engine's own detectors, in the order in which they run. */
export const detectors: readonly Detector[] = [
  contentCredentials,
  inputQuality,
  metadata,
  generatorTraces,
  digitalSourceType,
  cameraFields,
  jpegStructure,
  doubleCompression,
  thumbnail,
  copyMove,
  jpegGrid,
  errorLevel,
  noiseInconsistency,
  noiseResidual,
  resampling,
  videoCredentials,
  videoGeneratorTraces,
  videoSourceType,
  videoContainer,
  frameTiming
]
