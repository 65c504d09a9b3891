import type { FastifyReply, FastifyRequest } from 'fastify'
import { findBatch } from '../analyses/batchQueries.ts'
import { batchPath, toBatchResource } from '../analyses/batchResource.ts'
import { findAnalysis } from '../analyses/queries.ts'
import { analysisPath, isEnded, toResource } from '../analyses/resource.ts'
import { preferredWait, waitAsPreferred, waitForBatch } from '../analyses/wait.ts'
import type { Hub } from '../events/hub.ts'
import { answerLanguage } from '../language/requestLanguage.ts'
import { sentence } from '../language/sentence.ts'
import type { Database } from '../platform/postgres.ts'
import { Problem } from '../platform/problem.ts'
import type { Kept } from './idempotency/claims.ts'
import { replay } from './idempotency/idempotency.ts'
import type { Received } from './receiveForm.ts'

interface Sources {
  db: Database
  hub: Hub
}

/** Answers with what a request has made; after waiting for its end, when the client prefers so. */
export async function answerReceived(request: FastifyRequest, reply: FastifyReply, { db, hub }: Sources, received: Received) {
  if ('row' in received) {
    reply.header('location', analysisPath(received.row.id))
    const row = await waitAsPreferred(request, reply, hub, db, received.row)
    return reply.code(statusOf(reply, isEnded(row))).send(toResource(row, answerLanguage(request, reply)))
  }
  reply.header('location', batchPath(received.batch.id))
  const batch = await waitForBatch(request, reply, hub, db, received.batch)
  return reply.code(statusOf(reply, batch.endedAt !== null)).send(toBatchResource(batch, answerLanguage(request, reply)))
}

const statusOf = (reply: FastifyReply, isOver: boolean) => (reply.hasHeader('preference-applied') && isOver ? 200 : 202)

/**
 * Answers as the first request with the key was answered. What is kept is the answer without waiting: a verdict would
 * outlive its analysis there. A client that wants to wait gets what there is now.
 */
export async function answerAgain(request: FastifyRequest, reply: FastifyReply, sources: Sources, kept: Kept) {
  const isWhole = Object.keys(kept.body as object).length > 1
  const received = isWhole && preferredWait(request.headers.prefer) === undefined ? undefined : await findMade(request, sources, kept)
  if (received === undefined && !isWhole) throw new Problem('not_found', sentence('What the first request has made was deleted.'))
  if (received === undefined) return replay(reply, kept)
  return answerReceived(request, reply.header('idempotency-replayed', 'true'), sources, received)
}

async function findMade({ caller }: FastifyRequest, { db }: Sources, { status, headers, body }: Kept): Promise<Received | undefined> {
  if (status !== 202) return undefined
  const { id } = body as { id: string }
  if (headers.location === batchPath(id)) {
    const batch = await findBatch(db, caller.accountId, id)
    return batch && { batch }
  }
  const row = await findAnalysis(db, caller.accountId, id)
  return row && { row }
}
