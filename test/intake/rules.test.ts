import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { agrees } from '../../src/intake/declaredType.ts'
import { displayName } from '../../src/intake/fileName.ts'
import { meter, peek } from '../../src/intake/meter.ts'

async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part)
}

t.test('a file name is shown without path, control and direction characters, and never without a name', async (t) => {
  const cases: Array<[string | undefined, string]> = [
    ['photo.jpg', 'photo.jpg'],
    ['été – 写真 🙂.jpg', 'été – 写真 🙂.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\photo.jpg', 'photo.jpg'],
    ['a\u0000b\r\nc\u001b[31m.png', 'abc[31m.png'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
    ['   ', 'file'],
    ['dir/', 'file'],
    [undefined, 'file']
  ]
  for (const [given, shown] of cases) t.equal(displayName(given), shown, JSON.stringify(given))
  t.equal(Array.from(displayName('🙂'.repeat(300))).length, 255)
})

t.test('a declared type contradicts the bytes only when it names another known one', async (t) => {
  const cases: Array<[string, string, boolean]> = [
    ['image/jpeg', 'image/jpeg', true],
    ['image/jpg', 'image/jpeg', true],
    ['IMAGE/JPEG; q=1', 'image/jpeg', true],
    ['', 'image/png', true],
    ['application/octet-stream', 'image/webp', true],
    ['text/plain', 'image/webp', true],
    ['image/heif', 'image/heic', true],
    ['image/heic', 'image/heif', true],
    ['image/png', 'image/jpeg', false],
    ['text/html', 'image/gif', false],
    ['video/mp4', 'image/avif', false],
    ['video/quicktime', 'video/mp4', true],
    ['video/x-matroska', 'video/webm', true],
    ['video/webm', 'video/mp4', false]
  ]
  for (const [declared, sniffed, result] of cases) t.equal(agrees(declared, sniffed), result, `${declared} / ${sniffed}`)
})

t.test('looking at the first bytes takes nothing away, however they are cut', async (t) => {
  for (const parts of [['a'], ['ab', 'cd', 'ef'], ['abcdef'], [], ['', 'abc', '', 'defg']]) {
    const { head, whole } = await peek(chunks(...parts), 4)
    const all = parts.join('')
    t.ok(all.startsWith(String(head)) && head.length >= Math.min(4, all.length), JSON.stringify(parts))
    t.equal(String(await buffer(whole)), all)
  }
})

t.test('a source is stopped when its reader stops', async (t) => {
  let stopped = false
  async function* source() {
    try {
      for (;;) yield Buffer.from('abc')
    } finally {
      stopped = true
    }
  }
  const { whole } = await peek(source(), 2)
  for await (const chunk of meter(whole, 1_000, async () => undefined).bytes) if (chunk.length > 0) break
  t.ok(stopped)
})

t.test('bytes are hashed and counted as they flow, and one too many is refused', async (t) => {
  let taken = 0
  const take = async (bytes: number) => void (taken += bytes)
  const metered = meter(chunks('ab', 'c'), 3, take)
  t.equal(String(await buffer(metered.bytes)), 'abc')
  // SHA-256 of "abc": FIPS 180-2, appendix B.1.
  t.same(metered.result(), { sizeBytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' })
  t.equal(taken, 3)
  await t.rejects(buffer(meter(chunks('ab', 'c'), 2, take).bytes), { code: 'file_too_large', status: 413 })
})
