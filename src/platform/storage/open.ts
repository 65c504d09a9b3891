import { openFilesystemStorage } from './filesystem.ts'
import { openS3Storage } from './s3.ts'
import type { Storage } from './storage.ts'

/**
 * Opens the store that the address names: `s3://bucket?endpoint=…&region=…` (credentials as the AWS SDK finds them)
 * or `file:///folder`.
 */
export function openStorage(url: string): Storage {
  const address = new URL(url)
  return address.protocol === 's3:' ? openS3Storage(address) : openFilesystemStorage(address)
}
