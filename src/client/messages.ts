/** One message of an event stream. `id` is that of the last message that had one. */
export interface Message {
  id: string
  name: string
  data: string
}

/**
 * Reads server-sent events (WHATWG HTML, 9.2.6). Leaving the loop closes the stream.
 * @param onRetry told how long to wait before connecting again
 */
export async function* messagesIn(stream: ReadableStream<Uint8Array<ArrayBuffer>>, onRetry: (ms: number) => void): AsyncGenerator<Message, void> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let [rest, id, name] = ['', '', '']
  let data: string[] = []
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      rest += decoder.decode(next.value, { stream: true })
      // A line ends with CR, LF or both; a CR at the end of a chunk may have its LF in the next one.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { id, name: name || 'message', data: data.join('\n') }
          name = ''
          data = []
          continue
        }
        const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
        if (field === 'data') data.push(value)
        else if (field === 'event') name = value
        else if (field === 'id' && !value.includes('\u0000')) id = value
        else if (field === 'retry' && /^\d+$/.test(value)) onRetry(Number(value))
      }
    }
  } finally {
    reader.cancel().catch(() => undefined) // It may be broken already.
  }
}
