/** Random numbers that are the same in every run. */
export interface Random {
  /** 0 ≤ value < 1. */
  next(): number
  /** A whole number, from ≤ value < to. */
  whole(from: number, to: number): number
}

/** A source of random numbers for a name: mulberry32 by Tommy Ettinger (public domain), begun from the name's FNV-1a hash. */
export function randomFor(name: string): Random {
  let state = 0x811c9dc5
  for (let index = 0; index < name.length; index++) state = Math.imul(state ^ name.charCodeAt(index), 0x01000193)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { next, whole: (from, to) => from + Math.floor(next() * (to - from)) }
}
