/** What one scrape shows: each sample's value, by its name and its labels in the order of their names: `x{a="1",b="2"}`. */
export type Scraped = Map<string, number>

export async function scrape(url: string, init: RequestInit = {}): Promise<Scraped> {
  const response = await fetch(`${url}/metrics`, init)
  if (response.status !== 200) throw new Error(`The scrape was answered ${response.status}`)
  return readSamples(await response.text())
}

/** Reads Prometheus' text format. */
export function readSamples(text: string): Scraped {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => {
    const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    const sorted = [...labels.matchAll(/\w+="(?:[^"\\]|\\.)*"/g)].map(([label]) => label).sort().join(',')
    return [sorted === '' ? name : `${name}{${sorted}}`, Number(value)]
  }))
}

/** The samples of one metric. */
export const samplesOf = (scraped: Scraped, name: string) => [...scraped].filter(([sample]) => sample === name || sample.startsWith(`${name}{`))

/** The sum over all samples of one metric. */
export const total = (scraped: Scraped, name: string) => samplesOf(scraped, name).reduce((sum, [, value]) => sum + value, 0)
