import type { Figures, Share } from './figures.ts'

/** A table of figures, as text in cells: for the terminal and for the page. */
export interface Table {
  title: string
  /** What the figures are, and how they are counted. */
  note: string
  columns: string[]
  rows: string[][]
}

/** All figures of a run, in the order in which a reader wants them. */
export function tablesOf(figures: Figures): Table[] {
  return [
    {
      title: 'False alarms',
      note: 'Ordinary photographs, as they came and after what everybody does to them. Nothing was added or removed in any.',
      columns: ['source', 'what', 'called manipulated', 'called AI'],
      rows: figures.falseAlarms.map(({ source, what, manipulated, aiGenerated }) => [source, what, shareText(manipulated), shareText(aiGenerated)])
    },
    {
      title: 'Forgeries',
      note: 'Found: called manipulated. Hinted: some signal speaks for it, strong enough for a verdict or not. IoU: how well the marked part covers the changed one.',
      columns: ['forgery', 'saved as', 'found', 'hinted', 'mean IoU', 'marked by'],
      rows: figures.found.map(({ what, saved, found, hinted, iou, by }) => [
        what,
        saved,
        shareText(found),
        shareText(hinted),
        iou === null ? '–' : iou.toFixed(2),
        Object.entries(by).map(([detector, count]) => `${detector} ${count}`).join(', ') || '–'
      ])
    },
    {
      title: 'AI pictures',
      note: 'As they came, and with their metadata gone. Without a model or a provider nothing can be said of the latter.',
      columns: ['source', 'what', 'saved as', 'called AI'],
      rows: figures.recall.map(({ source, what, saved, aiGenerated }) => [source, what, saved || 'as it is', shareText(aiGenerated)])
    },
    {
      title: 'Inconclusive',
      note: 'How often no verdict was given.',
      columns: ['set', 'inconclusive'],
      rows: figures.inconclusive.map(({ set, share }) => [set, shareText(share)])
    },
    {
      title: 'Content Credentials',
      note: 'Test files against what their authors expect.',
      columns: ['file', 'expected', 'found', 'as expected'],
      rows: figures.credentials.map(({ id, expected, found, isExpected }) => [id, expected, found.join(', ') || 'none', isExpected ? 'yes' : 'NO'])
    },
    {
      title: 'Time',
      note: 'Of one thread, beside others on the same machine.',
      columns: ['step', 'median ms', 'ms a megapixel'],
      rows: figures.times.map(({ step, medianMs, perMegapixelMs }) => [step, medianMs.toFixed(1), perMegapixelMs.toFixed(1)])
    },
    {
      title: 'Not analysed',
      note: 'Files that could not be made or analysed; they count nowhere else.',
      columns: ['file', 'reason'],
      rows: figures.failed.map(({ id, error }) => [id, error])
    }
  ].filter(({ rows }) => rows.length > 0)
}

/** `3 of 35: 8.6 % (3.0–22.4)`: the share, and the 95 % confidence interval. */
export function shareText({ count, of, low, high }: Share): string {
  const percent = (value: number) => (100 * value).toFixed(1)
  return of === 0 ? '–' : `${count} of ${of}: ${percent(count / of)} % (${percent(low)}–${percent(high)})`
}

/** A table for a terminal, its columns padded. */
export function textOf({ title, note, columns, rows }: Table): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]!.length)))
  const line = (cells: string[]) => cells.map((cell, index) => cell.padEnd(widths[index]!)).join('  ').trimEnd()
  return [title, note, '', line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ''].join('\n')
}
