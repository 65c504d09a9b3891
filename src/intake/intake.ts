import type { FastifyRequest } from 'fastify'
import type { Analysis } from '../analyses/moves.ts'
import type { Limits } from '../limits/rates.ts'
import type { Ledger } from '../ledger/queue.ts'
import type { Tracing } from '../observability/tracing.ts'
import type { Repeating } from '../platform/repeat.ts'
import type { Wishes } from './form.ts'
import { receiveFile, type Destination, type IncomingFile, type IntakeOptions } from './receive.ts'

/** What one request needs to take files in. */
export interface Intake {
  options: IntakeOptions & { ledger: Ledger; relay: Repeating; tracing: Tracing }
  limits: Limits
  request: FastifyRequest
}

/** Takes one file of a request in, within the limits of its account, and has it worked on. */
export async function takeFile(
  { options, limits, request }: Intake,
  file: Pick<IncomingFile, 'bytes' | 'fileName' | 'declaredType'>,
  wishes: Wishes,
  destinationOf: () => Destination
): Promise<Analysis> {
  await limits.takeFile(request)
  const takeBytes = (bytes: number) => limits.takeBytes(request, bytes)
  const row = await receiveFile(options, request.caller, { ...file, wishes, takeBytes }, request.log, destinationOf)
  options.relay.nudge()
  request.log.info({ analysisId: row.id, state: row.state, ...(row.batchId !== null && { batchId: row.batchId }) }, 'A file has come in')
  if (row.state !== 'queued') return row
  const traceparent = options.tracing.traceparent()
  await options.ledger.add(row.id, row.priority, { requestId: request.id, ...(traceparent !== undefined && { traceparent }) })
  return row
}
