import { readFile } from 'node:fs/promises'

/** How often it is looked: a decoder can take some 100 MB more in this time. */
const everyMs = 100

/**
 * Watches the resident memory of another process, which no limit of its JavaScript heap bounds: most of it belongs to native code.
 * Linux tells it under `/proc`; elsewhere nobody watches.
 *
 * @returns ends the watch
 */
export function watchMemory(pid: number, maxBytes: number, onExceeded: (residentBytes: number) => void): () => void {
  const look = async () => {
    const bytes = await residentBytes(pid)
    if (bytes > maxBytes) onExceeded(bytes)
  }
  const timer = setInterval(() => void look(), everyMs)
  return () => clearInterval(timer)
}

/** proc_pid_status(5); 0 where it is not known. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}
