import type { FastifyRequest } from 'fastify'
import type { Analysis } from '../analyses/moves.ts'
import type { Limits } from '../limits/rates.ts'
import type { Measures, UploadOutcome } from '../observability/measures.ts'
import { asProblem } from '../platform/errors.ts'
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
  const takeBytes = (bytes: number) => {
    options.measures.bytesCameIn(bytes)
    return limits.takeBytes(request, bytes)
  }
  const receive = () => receiveFile(options, request.caller, { ...file, wishes, takeBytes }, request.log, destinationOf)
  const row = await timedUpload(options.measures, receive)
  options.relay.nudge()
  request.log.info({ analysisId: row.id, state: row.state, ...(row.batchId !== null && { batchId: row.batchId }) }, 'A file has come in')
  if (row.state !== 'queued') return row
  const traceparent = options.tracing.traceparent()
  await options.ledger.add(row.id, row.priority, { requestId: request.id, ...(traceparent !== undefined && { traceparent }) })
  return row
}

async function timedUpload(measures: Measures, receive: () => Promise<Analysis>): Promise<Analysis> {
  const began = performance.now()
  const end = (outcome: UploadOutcome) => measures.uploadEnded(outcome, (performance.now() - began) / 1_000)
  try {
    const row = await receive()
    end(row.state === 'queued' ? 'queued' : 'answered')
    return row
  } catch (error) {
    end(asProblem(error as Error).status < 500 ? 'refused' : 'failed')
    throw error
  }
}
