import fastifyMultipart from '@fastify/multipart'
import { Type, type FastifyPluginAsyncTypebox, type Static } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Hub } from '../events/hub.ts'
import { sentence } from '../language/sentence.ts'
import type { Ledger } from '../ledger/queue.ts'
import { plans } from '../limits/plans.ts'
import type { Tracing } from '../observability/tracing.ts'
import { refuseBrokenBody } from '../platform/brokenBodies.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import { Problem } from '../platform/problem.ts'
import type { Repeating } from '../platform/repeat.ts'
import { retentions } from '../platform/schema.ts'
import { receiverUrl } from '../webhooks/receiverUrl.ts'
import { answerAgain, answerReceived } from './answer.ts'
import { fetchFile } from './fetchFile.ts'
import { openForm } from './form.ts'
import type { Kept } from './idempotency/claims.ts'
import { fingerprintForm, fingerprintJson } from './idempotency/fingerprint.ts'
import { sameRequest } from './idempotency/idempotency.ts'
import { takeFile } from './intake.ts'
import { tooLarge } from './meter.ts'
import type { IntakeOptions } from './receive.ts'
import { alone, readOver, receiveForm, type Received } from './receiveForm.ts'

export interface IntakeRoutesOptions extends IntakeOptions {
  ledger: Ledger
  relay: Repeating
  tracing: Tracing
  hub: Hub
  outbound: Outbound
  /** For a file that is fetched from an address. */
  fetchTimeoutMs: number
}

/** What a multipart body may have around its files. */
const FIELD_BYTES = 64 * 1024
const MULTIPART_BYTES = 256 * 1024

const Address = Type.Object(
  {
    url: Type.String({ description: 'http:// or https://, to an address of the public internet' }),
    retention: Type.Optional(Type.Enum(retentions)),
    callback_url: Type.Optional(Type.String())
  },
  { additionalProperties: false }
)
const Form = {
  type: ['object', 'null'],
  description: 'One or several parts named `file`; before them, if wanted, the fields `retention` and `callback_url`',
  properties: {
    retention: { type: 'string', enum: retentions },
    callback_url: { type: 'string' },
    file: { type: 'array', items: { type: 'string', format: 'binary' } }
  }
}

const description =
  '`multipart/form-data` with one or several parts named `file`, or JSON with the address of a file, which is fetched ' +
  'from there. The answer comes as soon as everything is stored. One file is answered by its analysis; several are a ' +
  'batch, each with an analysis of its own: a bad file fails alone and stands in `refused`, and when the connection ' +
  'breaks, what had arrived whole is kept. With `Prefer: wait=N` the answer waits up to N seconds for the end, and is ' +
  '200 when it came.\n\nWith `Idempotency-Key` the request can be sent again until there is an answer, and makes ' +
  'everything once: the same key with the same request has the same answer for 24 hours, with another one it is 422, ' +
  'and 409 while the first is under way.\n\n`retention` is `plan`, or `none`: file, evidence and findings are removed ' +
  'when the verdict has been delivered; without it the setting of the account counts. `callback_url` names an address ' +
  'that is called with `analysis.completed` or `analysis.failed`, like a webhook and with the same retries. Callbacks ' +
  'are signed once the account has made a secret for them (`POST /v1/webhooks/callbacks/rotate-secret`); until then ' +
  'they carry no `webhook-signature`, and say no more than that it is time to look.'

/** `POST /v1/analyses`: files in, analyses out. */
export const intakeRoutes: FastifyPluginAsyncTypebox<IntakeRoutesOptions> = async (app, options) => {
  const { outbound, fetchTimeoutMs } = options
  const { limits } = app
  await app.register(fastifyMultipart, {
    // Bytes are counted by the meter, whose refusal reaches the storage; this parser would end quietly.
    limits: { fileSize: Infinity, fieldSize: FIELD_BYTES, fields: 20, headerPairs: 20 },
    throwFileSizeLimit: false
  })

  app.post(
    '/v1/analyses',
    {
      config: { scope: 'analyses:write', idempotent: 'by-itself' },
      schema: {
        operationId: 'createAnalysis',
        summary: 'Have files analysed',
        description,
        tags: ['Analyses'],
        headers: Type.Object({ prefer: Type.Optional(Type.String()), 'idempotency-key': Type.Optional(Type.String()) }),
        body: { content: { 'multipart/form-data': { schema: Form }, 'application/json': { schema: Address } } },
        response: {
          200: Type.Union([Type.Ref('Analysis'), Type.Ref('Batch')]),
          202: Type.Union([Type.Ref('Analysis'), Type.Ref('Batch')])
        }
      }
    },
    async (request, reply) => {
      const made = request.isMultipart() ? await fromForm(request) : await fromAddress(request, reply)
      if ('kept' in made) return answerAgain(request, reply, options, made.kept)
      // Kept in the transaction that queued it; that of a batch, when it had come in.
      if ('row' in made && request.idempotency?.claim !== undefined) request.idempotency.isKept = true
      return answerReceived(request, reply, options, made)
    }
  )

  async function fromForm(request: FastifyRequest): Promise<Received | { kept: Kept }> {
    const { fileBytes, filesPerBatch } = plans[request.caller.plan]
    const kept = request.idempotency?.kept
    // Refused before a byte is stored, where the client says how much is coming.
    const announced = Math.max(0, Number(request.headers['content-length'] ?? 0) - MULTIPART_BYTES)
    if (announced > fileBytes * filesPerBatch) throw tooLarge(fileBytes)
    await limits.lookBytes(request, announced)
    if (kept === undefined) await limits.lookFiles(request)
    await limits.takeUpload(request)

    refuseBrokenBody(request)
    const fingerprint = request.idempotency && fingerprintForm()
    const form = openForm(request.parts(), (given) => receiverUrl(outbound, given), fingerprint)
    const intake = { options, limits, request }
    if (kept === undefined) return receiveForm(intake, form, () => fingerprint?.digest())
    await readOver(intake, form)
    return { kept: sameRequest(kept, fingerprint?.digest()) }
  }

  async function fromAddress(request: FastifyRequest, reply: FastifyReply): Promise<Received | { kept: Kept }> {
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      throw new Problem('unsupported_media_type', sentence('Send files as multipart/form-data, in parts named "file", or JSON with a `url`.'))
    }
    const { url, retention, callback_url: callback } = request.body as Static<typeof Address>
    const { kept } = request.idempotency ?? {}
    const fingerprint = fingerprintJson('POST /v1/analyses', request.body)
    if (kept !== undefined) return { kept: sameRequest(kept, fingerprint) }
    await limits.lookFiles(request)
    await limits.takeUpload(request)

    const intake = { options, limits, request }
    const wishes = { retention, callbackUrl: callback === undefined ? null : receiverUrl(outbound, callback) }
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const maxBytes = plans[request.caller.plan].fileBytes
    const row = await fetchFile({ outbound, maxBytes, timeoutMs: fetchTimeoutMs, signal: gone.signal }, url, (file) =>
      takeFile(intake, file, wishes, () => alone(intake, () => fingerprint))
    )
    return { row }
  }
}
