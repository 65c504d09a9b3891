import type { Readable } from 'node:stream'

/** Bytes first to last, both included, as in an HTTP range. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * Where the bytes are: one S3 bucket or one folder. Keys are paths of our own making, never a client's words.
 * Every method ends within a deadline, and fails with `StorageUnavailable` when the store is to blame.
 */
export interface Storage {
  /**
   * Streams `body` into an object that appears whole or not at all. When the body fails, what was sent is taken
   * back and the body's own error is thrown.
   */
  put(key: string, body: AsyncIterable<Buffer>, contentType: string): Promise<void>
  /** @throws {ObjectMissing} when there is no such object */
  get(key: string, options?: { range?: ByteRange; signal?: AbortSignal }): Promise<Readable>
  /** @throws {ObjectMissing} when there is no object to copy */
  copy(from: string, to: string): Promise<void>
  /** Removes every object, and every upload that was begun, whose key starts with the prefix. Nothing there is no error. */
  removeAll(prefix: string): Promise<void>
  /** The keys of all objects that start with the prefix, in no order to rely on. */
  list(prefix: string): AsyncIterable<string>
  /** Resolves when the store answers. */
  check(): Promise<void>
  close(): void
}

/** The store can't be reached or answers with a failure of its own: worth trying again later. */
export class StorageUnavailable extends Error {
  override name = 'StorageUnavailable'
}

export class ObjectMissing extends Error {
  override name = 'ObjectMissing'
}

/** The store has no room left. */
export class StorageFull extends Error {
  override name = 'StorageFull'
}
