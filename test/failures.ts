/**
 * What failed, in the words of a TAP 14 report: each assertion with the file and the tests that it stands in, and what tap
 * says of it. A test that failed because of what stands in it is not named again.
 */
export function failuresOf(tap: string): string[] {
  const lines = tap.split('\n')
  const failures: string[] = []
  /** The tests that are open, by their depth. */
  const open: string[] = []
  /** At each depth, whether anything has failed there since the test around it began. */
  const failed: boolean[] = []
  for (const [at, line] of lines.entries()) {
    const depth = Math.floor(line.search(/\S|$/) / 4)
    const text = line.slice(4 * depth)
    const test = /^# Subtest: (.*)/.exec(text)?.[1]
    if (test !== undefined) {
      open.length = depth
      open[depth] = test
      failed[depth + 1] = false
      // TAP lets a result be excused with a directive at its end: it is no failure then.
    } else if (text.startsWith('not ok ') && !/ # (?:TODO|SKIP)\b/i.test(text)) {
      failed[depth] = true
      if (!failed[depth + 1]) failures.push([...(depth > 0 ? [open.slice(0, depth).join(' › ')] : []), ...block(lines, at, 4 * depth)].join('\n'))
      failed[depth + 1] = false
    }
  }
  return failures
}

/** A result with the YAML that explains it. */
function block(lines: string[], at: number, indent: number): string[] {
  const [result = '', begin] = [lines[at]?.slice(indent), lines[at + 1]?.trim()]
  if (begin !== '---') return [result]
  const end = lines.findIndex((line, index) => index > at && line === `${' '.repeat(indent + 2)}...`)
  return [result, ...lines.slice(at + 2, end === -1 ? undefined : end).map((line) => line.slice(indent))]
}
