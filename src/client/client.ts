import { connect, type ClientOptions, type Sent } from './connection.ts'
import { streamEvents, type EventStreamOptions, type StreamedEvent } from './events.ts'
import type { Source } from './files.ts'
import type { Analysis, Batch } from './openapi.ts'
import { Problem } from './problem.ts'
import type { Answer, Given, GivenTo, Query, RequestName } from './requests.ts'
import { retrying } from './retry.ts'
import { uploadBatch, uploadOne, type UploadOptions } from './upload.ts'
import { untilEnded, type WaitOptions } from './wait.ts'

interface Abortable {
  signal?: AbortSignal | undefined
}

/**
 * FakeTect, over the network. Every call ends with an answer, a `Problem`, what opening a file has thrown, or the reason
 * of your signal. What may help is tried again: after a break or a 5xx four times within a minute; after a 429 when the
 * limit opens, if that is within two minutes.
 */
export interface Client {
  /** Sends a file, and waits for its end: `completed` with a verdict, `failed` or `cancelled`. @throws {Problem} `not_ended` when the time is up */
  analyze(source: Source, options?: UploadOptions & WaitOptions): Promise<Analysis>
  /** Sends a file. A stream is sent as it comes, and once; all else again after a break, and is taken once all the same. */
  upload(source: Source, options?: UploadOptions): Promise<Analysis>
  analyses: {
    get(id: string, options?: Abortable): Promise<Analysis>
    /** Newest first, page after page as you go on. */
    list(query?: Query<'GET /v1/analyses'>, options?: Abortable): AsyncGenerator<Analysis, void>
    /** @throws {Problem} `not_ended` when the time is up */
    waitFor(id: string, options?: WaitOptions): Promise<Analysis>
    /** @throws {Problem} `not_cancellable` when it has ended */
    cancel(id: string, options?: Abortable): Promise<Analysis>
    delete(id: string, options?: Abortable): Promise<void>
    /** "This is wrong", in place of what you said before. */
    feedback(id: string, said: Given<'POST /v1/analyses/{id}/feedback'>['body'], options?: Abortable): Promise<Answer<'POST /v1/analyses/{id}/feedback'>>
    /** The file itself. Read the body of the answer, which is a stream. */
    media(id: string, options?: Abortable): Promise<Response>
    /** A picture, by its name: evidence, `thumbnail.webp` or `preview.webp`. */
    evidence(id: string, name: string, options?: Abortable): Promise<Response>
    /** The signed PDF. */
    report(id: string, options?: Abortable & ReportOptions): Promise<Response>
  }
  batches: {
    /** Sends two files or more in one request. */
    upload(sources: readonly Source[], options?: Omit<UploadOptions, 'fileName'>): Promise<Batch>
    get(id: string, options?: Abortable): Promise<Batch>
    list(query?: Query<'GET /v1/batches'>, options?: Abortable): AsyncGenerator<Batch, void>
    /** Waits until the last of its analyses has ended. @throws {Problem} `not_ended` when the time is up */
    waitFor(id: string, options?: WaitOptions): Promise<Batch>
    cancel(id: string, options?: Abortable): Promise<Batch>
  }
  /** What happens to the account's analyses, as it happens, through every break: see `StreamedEvent`. */
  events(options?: EventStreamOptions): AsyncGenerator<StreamedEvent, never>
  /** Any other request of the interface: `request('GET /v1/usage')`, `request('POST /v1/webhooks', { body })`. */
  request<Name extends RequestName>(name: Name, ...given: GivenTo<Name>): Promise<Answer<Name>>
}

export interface ReportOptions {
  include?: Array<'location' | 'serial_numbers' | 'prompts'> | undefined
  language?: 'en' | 'fr' | undefined
}

/** @throws {TypeError} when the address is none */
export function createClient(options: ClientOptions): Client {
  const connection = connect(options)
  const { headers, at, once, send, pages, download } = connection
  const of = (id: string, { signal }: Abortable = {}): Sent => ({ params: { id }, signal })

  const waitFor = (id: string, options: WaitOptions = {}) =>
    untilEnded((sent) => send<Analysis>('GET /v1/analyses/{id}', { ...of(id), ...sent }), isEnded, options)

  /** What a first attempt may have done unheard is no failure of the second. */
  function again<T>(name: string, sent: Sent, doneBefore: Problem['code'], then: () => Promise<T> | T): Promise<T> {
    const run = (attempt: number) =>
      once<T>(name, sent).catch((error: unknown) => {
        if (attempt > 1 && error instanceof Problem && error.code === doneBefore) return then()
        throw error
      })
    return retrying(run, { isSafe: true, signal: sent.signal })
  }

  const get: Client['analyses']['get'] = (id, options) => send('GET /v1/analyses/{id}', of(id, options))
  const getBatch: Client['batches']['get'] = (id, options) => send('GET /v1/batches/{id}', of(id, options))

  return {
    async analyze(source, options = {}) {
      let sentBytes = 0
      const onProgress: UploadOptions['onProgress'] =
        options.onProgress &&
        ((progress) => {
          ;({ sentBytes } = progress)
          options.onProgress?.(progress)
        })
      const uploaded = await uploadOne(connection, source, { ...options, onProgress })
      onProgress?.({ state: uploaded.state, sentBytes })
      if (isEnded(uploaded)) return uploaded
      const analysis = await waitFor(uploaded.id, options)
      onProgress?.({ state: analysis.state, sentBytes })
      return analysis
    },
    upload: (source, options = {}) => uploadOne(connection, source, options),
    analyses: {
      get,
      list: (query, options) => pages('/v1/analyses', 'analyses', query, options?.signal),
      waitFor,
      cancel: (id, options) => again('POST /v1/analyses/{id}/cancel', of(id, options), 'not_cancellable', () => get(id, options)),
      delete: (id, options) => again<void>('DELETE /v1/analyses/{id}', of(id, options), 'not_found', () => undefined),
      feedback: (id, said, options) => send('POST /v1/analyses/{id}/feedback', { ...of(id, options), body: said }, true),
      media: (id, options) => download('/v1/analyses/{id}/media', of(id, options)),
      evidence: (id, name, options) => download('/v1/analyses/{id}/evidence/{name}', { ...of(id, options), params: { id, name } }),
      report: (id, { include, language, ...options } = {}) => download('/v1/analyses/{id}/report.pdf', { ...of(id, options), query: { include, language } })
    },
    batches: {
      upload: (sources, options = {}) => uploadBatch(connection, sources, options),
      get: getBatch,
      list: (query, options) => pages('/v1/batches', 'batches', query, options?.signal),
      waitFor: (id, options = {}) => untilEnded((sent) => send<Batch>('GET /v1/batches/{id}', { ...of(id), ...sent }), ({ endedAt }) => endedAt !== null, options),
      cancel: (id, options) => again('POST /v1/batches/{id}/cancel', of(id, options), 'not_cancellable', () => getBatch(id, options))
    },
    events: (options = {}) => streamEvents(at('/v1/events'), { ...options, headers }),
    request: (name, ...[given]) => send(name, given as Sent)
  }
}

/** Whether nothing will change any more. */
const isEnded = ({ state }: Analysis): boolean => state === 'completed' || state === 'failed' || state === 'cancelled'
