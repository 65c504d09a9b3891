import fastifyMultipart from '@fastify/multipart'
import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { analysisPath, isEnded, toResource } from '../analyses/resource.ts'
import { waitAsPreferred } from '../analyses/wait.ts'
import type { Hub } from '../events/hub.ts'
import type { Ledger } from '../ledger/queue.ts'
import { plans } from '../limits/plans.ts'
import { Problem } from '../platform/problem.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import type { Repeating } from '../platform/repeat.ts'
import { receiverUrl } from '../webhooks/receiverUrl.ts'
import { tooLarge } from './meter.ts'
import { onlyFile } from './form.ts'
import { receiveFile, type IntakeOptions } from './receive.ts'

export interface IntakeRoutesOptions extends IntakeOptions {
  ledger: Ledger
  relay: Repeating
  hub: Hub
  outbound: Outbound
}

/** What a multipart body may have around its file. */
const FIELD_BYTES = 64 * 1024
const MULTIPART_BYTES = 256 * 1024

/** `POST /v1/analyses`: a file in, an analysis out. */
export const intakeRoutes: FastifyPluginAsyncTypebox<IntakeRoutesOptions> = async (app, options) => {
  const { db, ledger, relay, hub, outbound } = options
  await app.register(fastifyMultipart, {
    // Bytes are counted by the meter, whose refusal reaches the storage; this parser would end quietly.
    limits: { fileSize: Infinity, fieldSize: FIELD_BYTES, fields: 20, headerPairs: 20 },
    throwFileSizeLimit: false
  })

  app.post(
    '/v1/analyses',
    {
      bodyLimit: Number.MAX_SAFE_INTEGER,
      schema: {
        operationId: 'createAnalysis',
        summary: 'Upload a file and have it analysed',
        description:
          '`multipart/form-data` with one part named `file`. The answer comes as soon as the file is stored; with ' +
          '`Prefer: wait=N` it waits up to N seconds for the verdict, and is 200 when there is one. A field ' +
          '`callback_url` before the file names an address that is called with `analysis.completed` or ' +
          '`analysis.failed`, like a webhook and with the same retries. Callbacks are signed once the account has ' +
          'made a secret for them (`POST /v1/webhooks/callbacks/rotate-secret`); until then they carry no ' +
          '`webhook-signature`, and say no more than that it is time to look.',
        tags: ['Analyses'],
        consumes: ['multipart/form-data'],
        headers: Type.Object({ prefer: Type.Optional(Type.String()) }),
        response: { 200: Type.Ref('Analysis'), 202: Type.Ref('Analysis') }
      }
    },
    async (request, reply) => {
      if (!request.isMultipart()) {
        throw new Problem('unsupported_media_type', 'Send the file as multipart/form-data, in a part named "file".')
      }
      const { fileBytes } = plans[request.caller.plan]
      // Refused before a byte is stored, where the client says how much is coming.
      if (Number(request.headers['content-length']) > fileBytes + MULTIPART_BYTES) throw tooLarge(fileBytes)

      const file = await onlyFile(request.parts(), (given) => receiverUrl(outbound, given))
      const row = await receiveFile(options, request.caller, file, request.log)
      relay.nudge()
      if (row.state === 'queued') await ledger.add(row.id, row.priority)

      reply.header('location', analysisPath(row.id))
      const latest = await waitAsPreferred(request, reply, hub, db, row)
      const waited = reply.hasHeader('preference-applied')
      return reply.code(waited && isEnded(latest) ? 200 : 202).send(toResource(latest))
    }
  )
}
