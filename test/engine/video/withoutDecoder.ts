/** Takes the optional package of decoders away from the process that loads this: a module for `ENGINE_DETECTORS` without a detector. */
import { registerHooks } from 'node:module'
import type { Detector } from '../../../src/engine/detector.ts'

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@napi-rs/webcodecs') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    return next(specifier, context)
  }
})

export default [] satisfies Detector[]
