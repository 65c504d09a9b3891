import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { humanText, jsonLine, printable } from '../../src/engine/cli/output.ts'
import { photo, pngWithTexts, xmpPacket } from './pictures.ts'

const program = fileURLToPath(new URL('../../src/engine/analyze.ts', import.meta.url))
const hostileDetectors = fileURLToPath(new URL('hostileDetectors.ts', import.meta.url))

interface Run {
  status: number
  stdout: string
  stderr: string
}

function analyze(...args: string[]): Promise<Run> {
  const env = { ...process.env, ENGINE_THREADS: '2', ENGINE_DETECTORS: hostileDetectors }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => resolve({ status: Number(error?.code ?? 0), stdout, stderr }))
  })
}

function lines(run: Run): { [key: string]: unknown }[] {
  return run.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { [key: string]: unknown })
}

/** A folder of pictures, with a folder inside and what is no picture beside them. */
async function folderOfPictures(t: Test): Promise<string> {
  const folder = t.testdir({ inner: {}, 'notes.txt': 'no picture', empty: '' })
  await writeFile(join(folder, 'a.jpg'), await photo())
  await writeFile(join(folder, 'b.png'), await pngWithTexts({ parameters: 'a house\nSteps: 20, Sampler: Euler, Seed: 1' }))
  await writeFile(join(folder, 'inner', 'a.jpg'), await photo({ seed: 2 }))
  // A link to the folder itself: whoever follows it never ends.
  await symlink(folder, join(folder, 'inner', 'loop'))
  return folder
}

t.test('a folder is analysed with all that is in it, one line of JSON a picture, in order', async (t) => {
  const folder = await folderOfPictures(t)
  const run = await analyze('--json', folder)
  t.equal(run.status, 0)
  t.match(lines(run), [
    { file: join(folder, 'a.jpg'), verdict: 'inconclusive', score: null, media: { mediaType: 'image/jpeg' } },
    { file: join(folder, 'b.png'), verdict: 'ai_generated', score: Number, summary: String, signals: [{ code: 'generator_trace' }], notChecked: Array },
    { file: join(folder, 'inner', 'a.jpg'), verdict: 'inconclusive' }
  ])
  t.match(run.stderr, /Left out.*: 2\n/)
})

t.test('what can not be read fails in a line of its own, the others are still done, and the status is 1', async (t) => {
  const folder = await folderOfPictures(t)
  await writeFile(join(folder, 'broken.jpg'), (await photo()).subarray(0, 300))
  await writeFile(join(folder, 'bad.jpg'), await photo({ description: 'hostile: exit' }))
  const files = ['missing.jpg', 'notes.txt', 'empty', 'broken.jpg', 'bad.jpg', 'a.jpg'].map((name) => join(folder, name))
  const run = await analyze('--json', ...files)
  t.equal(run.status, 1)
  t.match(lines(run), [
    { file: files[0], error: { code: 'unreadable_file', message: String } },
    { file: files[1], error: { code: 'unsupported_file' } },
    { file: files[2], error: { code: 'unsupported_file' } },
    { file: files[3], error: { code: 'undecodable_file' } },
    { file: files[4], error: { code: 'engine_crashed' } },
    { file: files[5], verdict: 'inconclusive' }
  ])
})

t.test('people read the verdict in words first, then the reasons', async (t) => {
  const folder = await folderOfPictures(t)
  const run = await analyze(join(folder, 'b.png'))
  t.equal(run.status, 0)
  t.match(run.stdout, /b\.png: probably made by a generator \(AI\), 99 %\n {2}This was probably made by a generator.*\n {2}- \[strong sign of AI\] The file says so itself/)
})

t.test('evidence pictures are kept under names that do not meet and that no file steers', async (t) => {
  const folder = await folderOfPictures(t)
  const odd = join(folder, '..%2f\u001B[31m‮ odd.jpg')
  await writeFile(odd, await photo())
  const evidence = join(folder, 'kept', 'evidence')
  const run = await analyze('--json', '--evidence', evidence, join(folder, 'a.jpg'), join(folder, 'inner', 'a.jpg'), odd)
  t.equal(run.status, 0)
  const kept = (await readdir(evidence)).sort()
  const pictures = ['error-level.png', 'noise-residual.jpg']
  t.same(kept, ['0001-a.jpg', '0002-a.jpg', '0003-.._2f_31m_odd.jpg'].flatMap((file) => pictures.map((name) => `${file}-${name}`)))
  const told = lines(run).flatMap((line) => (line.evidence as { path: string }[]).map(({ path }) => path))
  t.same(told, kept.map((name) => join(evidence, name)))
  t.same((await readFile(told[0]!)).subarray(1, 4).toString(), 'PNG')
})

t.test('wrong usage is told with status 2, and help with 0', async (t) => {
  t.match(await analyze(), { status: 2, stdout: '', stderr: /Usage:/ })
  t.match(await analyze('--colour', 'x.jpg'), { status: 2, stdout: '', stderr: /--colour/ })
  t.match(await analyze('--help'), { status: 0, stdout: /Usage:/, stderr: '' })
})

t.test('a file’s words can not steer the terminal', async (t) => {
  const escape = '\u001B]0;owned\u0007\u001B[2J\u009B31m\u202Egnp'
  const folder = t.testdir()
  const file = join(folder, `x${escape.replaceAll('/', '')}.jpg`)
  await mkdir(folder, { recursive: true })
  await writeFile(file, await photo({ xmp: xmpPacket({ 'xmp:CreatorTool': 'Adobe Photoshop \u009B2J\u202E' }) }))
  for (const run of [await analyze(file), await analyze('--json', file)]) {
    t.equal(run.status, 0)
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    t.notMatch(run.stdout, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/)
    t.match(run.stdout, /Photoshop/)
  }
})

t.test('printable text is one line without controls', async (t) => {
  t.equal(printable('a\u001B[31mb\nc\td\u0000e\u009Bf\u2028g\u202Eh'), 'a[31mb c def gh')
  t.equal(printable('ünïcödé 😀'), 'ünïcödé 😀')
})

t.test('JSON stays the same value with its controls escaped', async (t) => {
  const result = { file: 'a\u009B\u202E\u2028.jpg', error: { code: 'unreadable_file', message: 'x\u007F' } }
  t.same(JSON.parse(jsonLine(result)), result)
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  t.notMatch(jsonLine(result), /[\u007F-\u009F\u2028\u202E]/)
  t.notMatch(humanText(result), /\u009B/)
})
