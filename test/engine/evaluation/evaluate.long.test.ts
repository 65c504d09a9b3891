import { execFile } from 'node:child_process'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { photo, pngWithTexts } from '../pictures.ts'

const evaluate = (folder: string, out: string) =>
  promisify(execFile)(process.execPath, ['src/engine/evaluation/evaluate.ts', '--each', '1', '--out', out, folder], { maxBuffer: 1e8 })

t.test('a labelled folder is measured with forgeries of its photographs, and a run that was broken off goes on', async (t) => {
  const folder = t.testdir()
  const out = join(folder, 'out')
  await writeFile(join(folder, 'a.jpg'), await photo({ width: 640, height: 480, seed: 1 }))
  await writeFile(join(folder, 'b.jpg'), await photo({ width: 640, height: 480, seed: 2 }))
  await writeFile(join(folder, 'ai.png'), await pngWithTexts({ parameters: 'a house\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64' }))
  await writeFile(join(folder, 'broken.jpg'), 'no picture')
  await writeFile(join(folder, 'labels.csv'), 'path,label,source\na.jpg,camera,made\nb.jpg,camera,"made, too"\nai.png,ai,made\nbroken.jpg,camera,made\n')

  const { stdout } = await evaluate(folder, out)
  t.match(stdout, /False alarms[\s\S]*made, too[\s\S]*Forgeries[\s\S]*splice[\s\S]*AI pictures[\s\S]*Time[\s\S]*Not analysed[\s\S]*broken\.jpg/)
  const figures = JSON.parse(await readFile(join(out, 'figures.json'), 'utf8'))
  t.match(figures.recall.find(({ what }: { what: string }) => what === 'as it is'), { aiGenerated: { count: 1, of: 1 } })
  t.match(await readFile(join(out, 'report.html'), 'utf8'), /<h2>Forgeries<\/h2>/)

  const log = await readFile(join(out, 'results.jsonl'), 'utf8')
  // In the middle of the last line, as a kill leaves it.
  await truncate(join(out, 'results.jsonl'), Buffer.byteLength(log) - 20)
  await evaluate(folder, out)
  const ids = (text: string) => text.trim().split('\n').slice(1).flatMap((line) => /^\{"id":"(?<id>[^"]+)"/.exec(line)?.groups?.id ?? []).sort()
  const again = await readFile(join(out, 'results.jsonl'), 'utf8')
  t.same(new Set(ids(again)), new Set(ids(log)))
  t.ok(ids(again).length <= ids(log).length + 1, 'only the one that was cut is done again')
})
