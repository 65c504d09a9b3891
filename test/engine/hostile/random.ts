import { mulberry32 } from '../pictures.ts'

/** Chance that can be repeated: the same seed makes the same choices in the same order. */
export interface Random {
  /** A whole number from 0 up to, but not including, `limit`. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  bytes(length: number): Buffer
}

/** Chance for one file: neighbouring numbers and seeds have nothing in common. */
export function randomOf(seed: number, number: number): Random {
  const next = mulberry32(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256)))
  }
}
