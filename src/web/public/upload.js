/** @import { AnalysisResource } from '../../analyses/resource.ts' */
import { noAnswer, refusalOf } from './api.js'

/**
 * Sends a file. By XMLHttpRequest: `fetch` does not tell how much has been sent.
 *
 * @param {File} file
 * @param {{ signal: AbortSignal, onProgress: (sentBytes: number, totalBytes: number) => void }} options
 * @returns {Promise<AnalysisResource>}
 * @throws {import('./api.js').Refusal}
 * @throws the signal's reason
 */
export function upload(file, { signal, onProgress }) {
  const form = new FormData()
  // Without the type that the browser guesses from the file's name: a photo.jpg that is a WebP is none the worse for it.
  form.append('file', new Blob([file]), file.name)

  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    signal.addEventListener('abort', abort)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded, total))
    request.addEventListener('load', () => {
      if (request.status === 200 || request.status === 202) resolve(JSON.parse(request.responseText))
      else reject(refusalOf(request.status, request.responseText))
    })
    request.addEventListener('error', () => reject(noAnswer()))
    request.addEventListener('abort', () => reject(signal.reason))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort))
    request.open('POST', '/v1/analyses')
    request.send(form)
  })
}
