import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import t from 'tap'
import { photo, pngWithTexts } from '../engine/pictures.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'

const ground = await layGround(t)
const { url } = await startService(t, ground)
const { key } = await makeAccount(ground)
const program = join(import.meta.dirname, '../../src/engine/analyze.ts')

interface Run {
  status: number
  stdout: string
  stderr: string
}

function analyze(args: string[], env: Record<string, string> = { FAKETECT_KEY: key }): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { ...process.env, ENGINE_THREADS: '1', ...env } }, (error, stdout, stderr) => resolve({ status: Number(error?.code ?? 0), stdout, stderr }))
  })
}

const lines = ({ stdout }: Run) => stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown> & { evidence: Array<{ path: string }> })

t.test('a service that is asked says of a folder what the engine here says of it', async (t) => {
  const kept = t.testdir({ pictures: { 'notes.txt': 'no picture' } })
  const folder = join(kept, 'pictures')
  await writeFile(join(folder, 'a.jpg'), await photo())
  await writeFile(join(folder, 'b.png'), await pngWithTexts({ parameters: 'a house\nSteps: 20, Sampler: Euler, Seed: 1' }))
  await writeFile(join(folder, 'c.jpg'), (await photo()).subarray(0, 300))
  const [here, there] = [join(kept, 'local'), join(kept, 'remote')]
  const local = await analyze(['--json', '--evidence', here, folder])
  const remote = await analyze(['--json', '--evidence', there, '--server', url, folder])
  t.match([local.status, remote.status], [1, 1])
  t.match(remote.stderr, /Left out.*: 1\n/)
  const strip = (line: ReturnType<typeof lines>[number]) => {
    const { durationsMs: _mine, id: _theirs, ...rest } = line
    return { ...rest, evidence: line.evidence?.map(({ path, ...picture }) => ({ ...picture, path: basename(path) })) }
  }
  t.same(lines(remote).map(strip), lines(local).map(strip))
  t.match(lines(remote).map((line) => line.verdict), ['inconclusive', 'ai_generated', undefined])
  const names = await readdir(here)
  t.ok(names.length > 2)
  t.same(await readdir(there), names)
  for (const name of names) t.ok((await readFile(join(here, name))).equals(await readFile(join(there, name))), name)

  const [wordsHere, wordsThere] = [await analyze([join(folder, 'b.png')]), await analyze(['--server', url, join(folder, 'b.png')])]
  t.equal(wordsThere.stdout, wordsHere.stdout)
})

t.test('the key comes from a file or the environment; without one, with a wrong one, or without a service nothing is done', async (t) => {
  const folder = t.testdir({ key: `${key}\n` })
  const file = join(folder, 'a.jpg')
  await writeFile(file, await photo())
  t.match(await analyze(['--server', url, '--key-file', join(folder, 'key'), file], { FAKETECT_KEY: '' }), { status: 0, stdout: /a\.jpg: inconclusive/ })
  t.match(await analyze(['--server', url, file], { FAKETECT_KEY: '' }), { status: 2, stdout: '', stderr: /FAKETECT_KEY/ })
  t.match(await analyze(['--server', url, '--key-file', join(folder, 'none'), file]), { status: 2, stderr: /can't be read/ })
  t.match(await analyze(['--server', url, file], { FAKETECT_KEY: 'wrong' }), { status: 2, stdout: '', stderr: /A valid key or session is needed/ })
  t.match(await analyze(['--server', 'http://127.0.0.1:9', file]), { status: 2, stdout: '', stderr: /could not be reached/ })
  t.match(await analyze(['--server', 'nowhere', file]), { status: 2, stderr: /Invalid URL/ })
  t.match(await analyze(['--key-file', join(folder, 'key'), file]), { status: 2, stderr: /goes with --server/ })
})
