/** One line of the table that `npm run bench` prints: one quantity of the service beside the same of the bare thing, from one run. */
export interface Row {
  what: string
  unit: string
  ours: number
  /** What it is compared with. */
  bare: string
  theirs: number
  better: 'more' | 'less'
  /** What it stands for, to somebody who runs the service. */
  meaning: string
}

/** Hands rows to `npm run bench`; a benchmark that is run alone has only printed its figures. */
export function handIn(rows: Row[]): void {
  process.send?.({ rows })
}

const figure = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

/** In Markdown. A benchmark of which nothing is known but that it failed has a line that says so. */
export function markdown(results: Array<{ name: string; rows: Row[]; failure: string | undefined }>): string {
  const lines = results.flatMap(({ name, rows, failure }) => [
    ...rows.map((row) => [
      row.what,
      `${figure.format(row.ours)} ${row.unit}`,
      `${figure.format(row.theirs)} ${row.unit} (${row.bare})`,
      row.theirs > 0 ? `${figure.format(row.ours / row.theirs)}, ${row.better} is better` : '–',
      row.meaning
    ]),
    ...(failure === undefined ? [] : [[`**${name} failed**`, failure, '', '', '']])
  ])
  const all = [['what', 'FakeTect', 'the bare thing', 'ratio', 'what it stands for'], Array<string>(5).fill('---'), ...lines]
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
