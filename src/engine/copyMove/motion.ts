/** A turn, a scaling and a displacement: (x, y) goes to (a·x − b·y + dx, b·x + a·y + dy), in full-resolution pixels. */
export interface Motion {
  /** Scale times the cosine of the angle. */
  a: number
  /** Scale times its sine. */
  b: number
  dx: number
  dy: number
}

export function moved({ a, b, dx, dy }: Motion, x: number, y: number): [x: number, y: number] {
  return [a * x - b * y + dx, b * x + a * y + dy]
}
