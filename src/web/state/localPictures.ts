import { signal } from '@preact/signals'

/** Larger ones would take longer to decode than the service takes to send a small one. */
const MAX_BYTES = 20_000_000

/** Chosen pictures as the browser has them, by any name: shown until the service has made a small one. */
export const localPictures = signal<ReadonlyMap<string, string>>(new Map())

export function showLocally(name: string, file: File): void {
  if (!file.type.startsWith('image/') || file.size > MAX_BYTES) return
  localPictures.value = new Map(localPictures.peek()).set(name, URL.createObjectURL(file))
}

/** Lets go of the file behind a picture. */
export function forgetLocally(name: string): void {
  const url = localPictures.peek().get(name)
  if (url === undefined) return
  URL.revokeObjectURL(url)
  const rest = new Map(localPictures.peek())
  rest.delete(name)
  localPictures.value = rest
}
