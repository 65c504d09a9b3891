/** What somebody brings onto the page, by dropping or pasting. */
export interface Incoming {
  files: File[]
  /** Of a picture that lies elsewhere. */
  address: string | undefined
  hasFolder: boolean
}

/** What can be read of it has to be read before anything is waited for. */
export function incomingOf(transfer: DataTransfer): Incoming {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const folders = items.filter((item) => item.webkitGetAsEntry()?.isDirectory)
  const files = items.filter((item) => !folders.includes(item)).flatMap((item) => item.getAsFile() ?? [])
  return { files, address: files.length > 0 ? undefined : addressIn(transfer), hasFolder: folders.length > 0 }
}

/** A picture that is dragged from another site comes as its address, a link likewise. */
function addressIn(transfer: DataTransfer): string | undefined {
  const text = transfer.getData('text/uri-list') || transfer.getData('text/plain')
  return text.split('\n').map((line) => line.trim()).find(isAddress)
}

export const isAddress = (text: string): boolean => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text)

/** Every picture of the clipboard is called `image.png`; one that says when it was pasted is found again. */
export function namedByTime(file: File, now = new Date()): File {
  if (file.name !== 'image.png') return file
  const local = new Date(now.getTime() - 60_000 * now.getTimezoneOffset())
  const time = local.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')
  return new File([file], `${time}.png`, { type: file.type })
}
