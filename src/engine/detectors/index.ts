import type { Detector } from '../detector.ts'
import { cameraFields } from './cameraFields.ts'
import { digitalSourceType } from './digitalSourceType.ts'
import { errorLevel } from './errorLevel.ts'
import { generatorTraces } from './generatorTraces.ts'
import { inputQuality } from './inputQuality.ts'
import { jpegStructure } from './jpegStructure.ts'
import { metadata } from './metadata.ts'
import { thumbnail } from './thumbnail.ts'

/** The engine's own detectors, in the order in which they run. */
export const detectors: readonly Detector[] = [
  inputQuality,
  metadata,
  generatorTraces,
  digitalSourceType,
  cameraFields,
  jpegStructure,
  thumbnail,
  errorLevel
]
