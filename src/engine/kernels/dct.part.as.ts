/** AssemblyScript: a part of the kernels that import it, not a kernel of its own. */

/**
 * The one-dimensional DCT-II of eight values in 29 additions and 5 multiplications, its coefficients scaled by √8, and those other than
 * the first by √2·cos(kπ/16) as well (Arai, Agui & Nakajima, "A fast DCT-SQ scheme for images", 1988). The first and the fifth are
 * sums of whole numbers, and so exact. The vectors' lanes are four transforms; their coefficients are left at `to`, a vector each.
 */
@inline
export function transform(to: usize, p0: v128, p1: v128, p2: v128, p3: v128, p4: v128, p5: v128, p6: v128, p7: v128): void {
  const s0 = f32x4.add(p0, p7)
  const s1 = f32x4.add(p1, p6)
  const s2 = f32x4.add(p2, p5)
  const s3 = f32x4.add(p3, p4)
  const e0 = f32x4.add(s0, s3)
  const e1 = f32x4.add(s1, s2)
  const e2 = f32x4.sub(s1, s2)
  const e3 = f32x4.sub(s0, s3)
  v128.store(to, f32x4.add(e0, e1))
  v128.store(to + 4 * 16, f32x4.sub(e0, e1))
  const e = f32x4.mul(f32x4.add(e2, e3), f32x4.splat(0.7071067811865476))
  v128.store(to + 2 * 16, f32x4.add(e3, e))
  v128.store(to + 6 * 16, f32x4.sub(e3, e))

  const d0 = f32x4.sub(p0, p7)
  const d1 = f32x4.sub(p1, p6)
  const d2 = f32x4.sub(p2, p5)
  const d3 = f32x4.sub(p3, p4)
  const o0 = f32x4.add(d3, d2)
  const o1 = f32x4.mul(f32x4.add(d2, d1), f32x4.splat(0.7071067811865476))
  const o2 = f32x4.add(d1, d0)
  const turn = f32x4.mul(f32x4.sub(o0, o2), f32x4.splat(0.3826834323650898))
  const low = f32x4.add(f32x4.mul(o0, f32x4.splat(0.5411961001461969)), turn)
  const high = f32x4.add(f32x4.mul(o2, f32x4.splat(1.3065629648763766)), turn)
  const a = f32x4.add(d0, o1)
  const b = f32x4.sub(d0, o1)
  v128.store(to + 5 * 16, f32x4.add(b, low))
  v128.store(to + 3 * 16, f32x4.sub(b, low))
  v128.store(to + 16, f32x4.add(a, high))
  v128.store(to + 7 * 16, f32x4.sub(a, high))
}
