/**
 * The power spectrum of a real signal by the fast Fourier transform (Cooley & Tukey 1965, radix 2, in place).
 *
 * @param signal as many values as a power of two
 * @returns the power at 0 to half a cycle a sample, `length / 2 + 1` values
 */
export function powerSpectrum(signal: Float64Array): Float64Array {
  const { length } = signal
  const [real, imaginary] = [bitReversed(signal), new Float64Array(length)]
  for (let half = 1; half < length; half *= 2) {
    for (let offset = 0; offset < half; offset++) {
      const angle = (-Math.PI * offset) / half
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
      for (let even = offset; even < length; even += 2 * half) {
        const odd = even + half
        const turnedReal = real[odd]! * cosine - imaginary[odd]! * sine
        const turnedImaginary = real[odd]! * sine + imaginary[odd]! * cosine
        real[odd] = real[even]! - turnedReal
        imaginary[odd] = imaginary[even]! - turnedImaginary
        real[even]! += turnedReal
        imaginary[even]! += turnedImaginary
      }
    }
  }
  return Float64Array.from({ length: length / 2 + 1 }, (_, bin) => real[bin]! ** 2 + imaginary[bin]! ** 2)
}

function bitReversed(signal: Float64Array): Float64Array {
  const order = Float64Array.from(signal)
  for (let index = 1, mirrored = 0; index < signal.length; index++) {
    let bit = signal.length >> 1
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit
    mirrored |= bit
    order[mirrored] = signal[index]!
  }
  return order
}
