import { fileURLToPath } from 'node:url'
import { Piscina } from 'piscina'
import type { Drawing } from './drawingThread.ts'

export interface Drawer {
  draw(drawing: Drawing, signal: AbortSignal): Promise<Uint8Array>
  close(): Promise<void>
}

/** Reports that are drawn at the same time. */
export const DRAWN_AT_ONCE = 2
/** Fonts and PDFKit stay loaded between two reports; a machine of which nobody wants any keeps no thread. */
const IDLE_MS = 60_000

/**
 * Threads in which reports are drawn: PDFKit is busy for about 180 ms with the first of three pages and four pictures, and for 75 ms with
 * the next ones, during which nobody else would be answered.
 *
 * @param onError told of a thread that dies while it draws nothing; the pool replaces it
 */
export function openDrawer(onError: (error: Error) => void): Drawer {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('drawingThread.ts', import.meta.url)),
    minThreads: 0,
    maxThreads: DRAWN_AT_ONCE,
    concurrentTasksPerWorker: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: 256 }
  })
  pool.on('error', onError)
  return {
    draw: async (drawing, signal) => (await pool.run(drawing, { signal })) as Uint8Array,
    close: () => pool.destroy()
  }
}
