import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { openStorage } from '../../src/platform/storage/open.ts'
import { ObjectMissing, StorageUnavailable, type Storage } from '../../src/platform/storage/storage.ts'
import { startS3 } from '../harness/s3.ts'
import { temporaryFolder } from '../harness/servers.ts'

async function* chunks(...parts: Buffer[]) {
  yield* parts
}

const read = async (storage: Storage, key: string, range?: { start: number; end: number }) =>
  buffer(await storage.get(key, range && { range }))

/** What every store keeps to. */
async function contract(t: Test, storage: Storage): Promise<void> {
  t.teardown(() => storage.close())
  await storage.check()
  const part = 5 * 1024 * 1024
  for (const size of [1, part - 1, part, part + 1, 2 * part, 3 * part + 7]) {
    const bytes = randomBytes(size)
    const middle = Math.floor(size / 3)
    await storage.put('a/b/object', chunks(bytes.subarray(0, middle), Buffer.alloc(0), bytes.subarray(middle)), 'image/jpeg')
    t.ok((await read(storage, 'a/b/object')).equals(bytes), `${size} bytes come back`)
  }
  const bytes = Buffer.from('0123456789')
  await storage.put('a/b/object', chunks(bytes), 'text/plain')
  t.equal(String(await read(storage, 'a/b/object', { start: 2, end: 4 })), '234', 'both ends of a range are in it')

  await storage.copy('a/b/object', 'a/c/copy')
  await storage.removeAll('a/b/')
  t.equal(String(await read(storage, 'a/c/copy')), '0123456789', 'a copy outlives its original')
  await t.rejects(read(storage, 'a/b/object'), ObjectMissing)
  await t.rejects(storage.copy('a/b/object', 'a/d'), ObjectMissing)
  await storage.removeAll('a/b/')
  t.same(await Array.fromAsync(storage.list('a/c')), ['a/c/copy'])
  t.same(await Array.fromAsync(storage.list('b')), [])

  const broken = new Error('the client is gone')
  async function* breaking(size: number) {
    yield randomBytes(size)
    throw broken
  }
  for (const size of [10, 2 * part + 1]) {
    await t.rejects(storage.put('a/broken', breaking(size), 'image/png'), broken, 'the body\'s own error comes through')
    await t.rejects(read(storage, 'a/broken'), ObjectMissing, 'and nothing appears')
  }

  let stopped = false
  async function* endless() {
    try {
      for (;;) yield randomBytes(part)
    } finally {
      stopped = true
    }
  }
  const stream = await storage.get('a/c/copy')
  stream.destroy()
  return t.test('a source is stopped when the store fails', async (t) => {
    const away = openStorage('s3://none?endpoint=http://127.0.0.1:9&region=x')
    await t.rejects(away.put('x', endless(), 'image/png'), StorageUnavailable)
    t.ok(stopped)
    away.close()
  }) as unknown as Promise<void>
}

t.test('a bucket', async (t) => {
  const s3 = await startS3(t)
  await contract(t, openStorage(s3.url))
  t.equal(s3.openUploads(), 0)
})

t.test('a folder', async (t) => {
  const folder = temporaryFolder(t)
  const storage = openStorage(pathToFileURL(folder).href)
  await contract(t, storage)
  t.notOk(readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.partial')), 'no partial file is left')
  await t.rejects(storage.put('../outside', chunks(Buffer.from('x')), 'text/plain'), /outside/)
})

t.test('a folder that went away is unavailable, and is not made anew', async (t) => {
  const folder = join(temporaryFolder(t), 'volume')
  mkdirSync(folder)
  const storage = openStorage(pathToFileURL(folder).href)
  rmSync(folder, { recursive: true })
  await t.rejects(storage.check(), StorageUnavailable)
  await t.rejects(storage.put('a/b', chunks(Buffer.from('x')), 'text/plain'), StorageUnavailable)
})

t.test('a store that is away is unavailable', async (t) => {
  const storage = openStorage('s3://none?endpoint=http://127.0.0.1:9&region=x')
  await t.rejects(storage.check(), StorageUnavailable)
  await t.rejects(storage.get('a'), StorageUnavailable)
  await t.rejects(storage.removeAll('a/'), StorageUnavailable)
  storage.close()
})
