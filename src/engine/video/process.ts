import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { allDetectors } from '../allDetectors.ts'
import { analyzeMedia } from '../analysis.ts'
import { prepareDecoder } from '../decoder.ts'
import { hearNotices } from '../notice.ts'
import { outcomeOf } from '../outcome.ts'
import { failureOf } from '../types.ts'
import type { VideoMessage, VideoTask } from './processMessages.ts'
import { sampledVideo } from './stills.ts'

/*
 * The entry of a process that analyses one video. It ends by being killed, when it has answered or somebody has had enough of it.
 */

hearNotices((notice) => send({ notice }))
prepareDecoder()

// Nobody waits for it any more. Not `exit`, which would wait for native threads.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Meant for the service, which decides what becomes of its analyses.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
process.on('uncaughtException', (error) => {
  const { code, reason } = failureOf(error)
  send({ failure: { code, reason } })
})
// Linux, when its memory ends, is to take this process and not the service. Elsewhere there is no such file.
await writeFile('/proc/self/oom_score_adj', '1000').catch(() => undefined)

process.once('message', (task: VideoTask) => void analyze(task))

async function analyze({ sizeBytes, mediaType, context, settings, wantsStills, withoutFrames }: VideoTask): Promise<void> {
  const bytes = await received(sizeBytes)
  send({ began: true })
  const outcome = await outcomeOf(async () =>
    analyzeMedia(bytes, mediaType, await allDetectors(settings), context, {
      withoutFrames,
      onDecoded: async (decoded) => send({ decoded: true, video: wantsStills ? await sampledVideo(decoded) : undefined })
    })
  )
  send(outcome)
}

function send(message: VideoMessage): void {
  process.send!(message)
}

async function received(sizeBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes)
  let at = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
