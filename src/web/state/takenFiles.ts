import { effect } from '@preact/signals'
import type { Analysis, Batch } from '../../client/openapi.ts'
import { ask, Problem } from '../api.ts'
import { language } from '../language/current.ts'
import { hasEnded, type FileSummary } from './files.ts'
import { listen } from './live.ts'
import { isAnalysisEvent } from '../result/events.ts'
import { drop, updateTaken, uploads, type Upload } from './uploads.ts'

/** Follows what became of the files that were sent here, to their verdicts. */

/** Events come in swarms: of a batch, or of one file that goes through all its states at once. */
const SWARM_MS = 250

type Taken = Upload & { stage: Extract<Upload['stage'], { name: 'taken' }> }
const isTaken = (upload: Upload): upload is Taken => upload.stage.name === 'taken'
const taken = () => uploads.peek().filter(isTaken)

const wanted = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

function want(uploads: readonly Taken[]): void {
  for (const { stage } of uploads) wanted.add(stage.batchId === null ? stage.analysis.links.self : `/v1/batches/${stage.batchId}`)
  if (wanted.size > 0) timer ??= setTimeout(() => void refresh(), SWARM_MS)
}

async function refresh(): Promise<void> {
  timer = undefined
  const paths = [...wanted]
  wanted.clear()
  await Promise.all(paths.map(async (path) => {
    try {
      const answer = await ask<Analysis | Batch>(path)
      for (const analysis of 'analyses' in answer ? answer.analyses : [answer]) take(analysis)
    } catch (error) {
      // Otherwise the next event, or the next `reload`, asks again.
      if (error instanceof Problem && error.status === 404) for (const { key, stage } of taken()) if (stage.analysis.links.self === path) drop(key)
    }
  }))
}

/** An answer that was on its way when the news of the end came is older than they are. */
function take(analysis: FileSummary): void {
  const known = taken().find(({ stage }) => stage.analysis.id === analysis.id)
  if (known !== undefined && (hasEnded(analysis) || !hasEnded(known.stage.analysis))) updateTaken(analysis)
}

listen({
  heard(event) {
    if (!isAnalysisEvent(event)) return
    const { id, state } = event.data
    const known = taken().filter(({ stage }) => stage.analysis.id === id)
    if (state === 'deleted') for (const { key } of known) drop(key)
    else want(known)
  },
  reload: () => want(taken().filter(({ stage }) => !hasEnded(stage.analysis)))
})

/** It may have ended before its answer came, and the word of that with it. */
let followed = new Set<string>()
effect(() => {
  const now = uploads.value.filter(isTaken)
  want(now.filter(({ key, stage }) => !followed.has(key) && !hasEnded(stage.analysis)))
  followed = new Set(now.map(({ key }) => key))
})

/** The service says its sentences in the language of the page. */
effect(() => {
  if (language.value !== undefined) want(taken())
})
