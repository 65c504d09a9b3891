import { percentile } from '../children.ts'
import { nothingSeen, type Seen } from './person.ts'

/** What was measured of one design. */
export interface Measured {
  seen: Seen
  seconds: number
  /** p99 of each process, in milliseconds; the first 10 are the timer's own period. */
  delayMs: number[]
  residentBytes: number
  cpuSeconds: number
  /** Of the service alone. */
  connections?: number
  inFlight?: number
  transactions?: number
  /** Rows that had not ended when everybody had gone. */
  left?: number
}

/** What several crowds have seen, together. */
export function together(crowds: Seen[]): Seen {
  const all = nothingSeen()
  for (const seen of crowds) {
    for (const [status, count] of Object.entries(seen.statuses)) all.statuses[status] = (all.statuses[status] ?? 0) + count
    all.answerMs.push(...seen.answerMs)
    all.verdictMs.push(...seen.verdictMs)
    for (const name of ['accepted', 'completed', 'degraded', 'failed', 'lost', 'doubled', 'repeated', 'reconnects'] as const) {
      all[name] += seen[name]
    }
  }
  return all
}

export const answers5xx = ({ statuses }: Seen) => sum(statuses, (status) => status.startsWith('5'))

/** The designs side by side, one line a quantity. */
export function table(columns: Record<string, Measured>): string {
  const measured = Object.values(columns)
  const times = (values: number[]) => [0.5, 0.95, 0.99].map((share) => percentile(values, share).toFixed(0)).join(' / ')
  const rows: Array<[string, ...string[]]> = [
    ['', ...Object.keys(columns)],
    ['seconds', ...measured.map(({ seconds }) => seconds.toFixed(0))],
    ['accepted', ...measured.map(({ seen }) => String(seen.accepted))],
    ['accepted a second', ...measured.map(({ seen, seconds }) => (seen.accepted / seconds).toFixed(1))],
    ['completed', ...measured.map(({ seen }) => String(seen.completed))],
    ['failed / degraded', ...measured.map(({ seen }) => `${seen.failed} / ${seen.degraded}`)],
    ['lost / left open', ...measured.map(({ seen, left }) => `${seen.lost} / ${left ?? '–'}`)],
    ['doubled / repeated events', ...measured.map(({ seen }) => `${seen.doubled} / ${seen.repeated}`)],
    ['5xx / refused / broken', ...measured.map(({ seen }) => refusals(seen))],
    ['streams opened again', ...measured.map(({ seen }) => String(seen.reconnects))],
    ['answer to the upload, ms (p50 / p95 / p99)', ...measured.map(({ seen }) => times(seen.answerMs))],
    ['upload to verdict, ms (p50 / p95 / p99)', ...measured.map(({ seen }) => times(seen.verdictMs))],
    ['in flight, at most', ...measured.map(({ inFlight }) => String(inFlight ?? '–'))],
    ['database connections, at most', ...measured.map(({ connections }) => String(connections ?? '–'))],
    ['database transactions an analysis', ...measured.map(({ transactions = 0, seen }) => (transactions / seen.accepted).toFixed(0))],
    ['event-loop delay p99, ms, each process', ...measured.map(({ delayMs }) => delayMs.map((ms) => ms.toFixed(0)).join(' '))],
    ['resident memory, MB, largest process', ...measured.map(({ residentBytes }) => (residentBytes / 1e6).toFixed(0))],
    ['processor ms an analysis, service processes', ...measured.map(({ cpuSeconds, seen }) => ((cpuSeconds * 1_000) / seen.accepted).toFixed(0))]
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).join('\n')
}

function refusals(seen: Seen): string {
  return [answers5xx(seen), sum(seen.statuses, (status) => status.startsWith('4')), seen.statuses.broken ?? 0].join(' / ')
}

function sum(statuses: Record<string, number>, counts: (status: string) => boolean): number {
  return Object.entries(statuses).reduce((total, [status, count]) => total + (counts(status) ? count : 0), 0)
}
