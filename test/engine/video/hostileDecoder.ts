/**
 * Makes the decoder of videos misbehave on demand, in the process that loads this: a module for `ENGINE_DETECTORS`, with the detectors of
 * `hostileDetectors.ts`. A film asks for it by its width, which is what the decoder is told before anything else.
 */
import { VideoDecoder } from '@napi-rs/webcodecs'

export const deeds = { segfault: 66, loop: 68, memory: 70 } as const

// oxlint-disable-next-line typescript/unbound-method -- called with its object below
const { configure } = VideoDecoder.prototype

VideoDecoder.prototype.configure = function (config) {
  switch (config.codedWidth) {
    case deeds.segfault:
      process.kill(process.pid, 'SIGSEGV')
      break
    case deeds.loop:
      for (;;) Math.random()
    case deeds.memory: {
      const kept: Buffer[] = []
      while (kept.length < 64) kept.push(Buffer.alloc(64 * 2 ** 20, 1))
    }
  }
  return configure.call(this, config)
}

export { default } from '../hostileDetectors.ts'
