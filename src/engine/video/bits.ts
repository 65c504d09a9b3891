/** Reads bits from the highest to the lowest of each byte; behind the end there are zeros. */
export interface BitReader {
  /** An unsigned number of up to 32 bits. */
  bits(count: number): number
  /** An Exp-Golomb code, ue(v) of ITU-T H.264, 9.1. */
  unsigned(): number
  skip(count: number): void
}

export function readBits(data: Uint8Array): BitReader {
  let at = 0
  const bit = () => {
    const value = ((data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1
    at++
    return value
  }
  const bits = (count: number) => {
    let value = 0
    for (let index = 0; index < count; index++) value = value * 2 + bit()
    return value
  }
  return {
    bits,
    unsigned() {
      let zeros = 0
      while (zeros < 32 && bit() === 0) zeros++
      return 2 ** zeros - 1 + bits(zeros)
    },
    skip(count) {
      at += count
    }
  }
}
