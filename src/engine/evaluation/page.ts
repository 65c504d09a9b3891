import type { CaseResult, RunHeader } from './results.ts'
import type { Table } from './tables.ts'

/** The report of a run as one page: its tables, and the pictures of what came out wrong. It loads nothing but those pictures. */
export function pageOf({ engineVersion, folder, each }: RunHeader, tables: readonly Table[], wrong: readonly CaseResult[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Evaluation of engine ${escaped(engineVersion)}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem }
  th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #8884 }
  .scroll { overflow-x: auto }
  .wrong { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.5rem }
  .wrong img { max-width: 100%; max-height: 16rem; background: #8884 }
  .wrong p { margin: .25rem 0; font-size: .9rem; overflow-wrap: anywhere }
</style>
<h1>Evaluation of engine ${escaped(engineVersion)}</h1>
<p>Folder ${escaped(folder)}; ${each} photographs for each kind of forgery and save. Shares have their 95 % confidence interval (Wilson).</p>
${tables.map(tableOf).join('\n')}
<h2>What came out wrong</h2>
<p>False alarms, and forgeries that were not found. Marked in red: what the engine marked.</p>
<div class="wrong">
${wrong.map(caseOf).join('\n')}
</div>
</html>
`
}

function tableOf({ title, note, columns, rows }: Table): string {
  const cells = (tag: 'th' | 'td', texts: readonly string[]) => texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('')
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')
  return `<h2>${escaped(title)}</h2>\n<p>${escaped(note)}</p>\n<div class="scroll"><table>\n<tr>${cells('th', columns)}</tr>\n${body}\n</table></div>`
}

function caseOf({ set, what, saved, source, id, verdict, summary, pictures }: CaseResult): string {
  const shown = pictures.map((name) => `<img src="pictures/${encodeURIComponent(name)}" alt="${escaped(name)}" loading="lazy">`).join('\n')
  const heading = [set, what, saved, verdict ?? 'not analysed'].filter(Boolean).join(' · ')
  return `<article>\n${shown}\n<p><strong>${escaped(heading)}</strong></p>\n<p>${escaped(summary)}</p>\n<p>${escaped(id)} (${escaped(source)})</p>\n</article>`
}

const entities: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** File names and what files say stand as text. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
