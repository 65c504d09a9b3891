import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { photo } from '../engine/pictures.ts'
import { temporaryFolder } from '../harness/servers.ts'
import { layGround, makeAccount, startService } from '../harness/service.ts'

/** Runs a program without what tap puts into its children. */
const run = (command: string, args: string[], cwd: string) => promisify(execFile)('env', ['-u', 'NODE_OPTIONS', command, ...args], { cwd })
const root = join(import.meta.dirname, '../..')
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** The code of the document, its examples one after the other. */
async function examples(): Promise<string> {
  const text = await readFile(join(root, 'docs/client.md'), 'utf8')
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '')
  const imports = blocks.join('').match(/^import .*$/gm) ?? []
  const bodies = blocks.map((code) => code.replaceAll(/^import .*\n/gm, ''))
  // The client and the file are those of the first example; each example stands alone otherwise.
  const [first = '', ...others] = bodies
  return [...imports, 'declare const file: File', 'let lastEventId: string | undefined', first, ...others.map((code) => `{\n${code}}`)].join('\n')
}

const consumer = `
import { createClient, Problem, type Analysis } from '@faketect/client'

const [, , url = '', key = '', path = ''] = process.argv
const client = createClient({ url, key })
const analysis: Analysis = await client.analyze(path)
const problem: unknown = await createClient({ url, key: 'wrong' }).analyze(path).catch((error: unknown) => error)
let event = ''
for await (const { type } of client.events()) {
  event = type
  break
}
console.log(JSON.stringify({ node: process.version, verdict: analysis.verdict, code: problem instanceof Problem && problem.code, event }))
`

t.test('the package is installed in an empty folder, gives its types, and works in Node.js 20 and 24', async (t) => {
  const folder = temporaryFolder(t)
  await run('npm', ['run', '--silent', 'build:client'], root)
  t.teardown(() => rm(join(root, 'dist/client'), { recursive: true, force: true }))
  const { stdout: packed } = await run('npm', ['pack', '--json', '--pack-destination', folder], join(root, 'dist/client'))
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: Array<{ path: string }> }]
  t.notOk(files.some(({ path }) => !/^[\w.]+\.(?:js|d\.ts)$|^(?:package\.json|README\.md|LICENSE)$/.test(path)), 'nothing else is in it')
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', filename], folder)

  await writeFile(join(folder, 'consumer.ts'), consumer)
  await writeFile(join(folder, 'examples.ts'), await examples())
  await mkdir(join(folder, 'node_modules/@types'), { recursive: true })
  await cp(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'), { recursive: true })
  await cp(join(root, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types'), { recursive: true })
  const strict = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node', '--skipLibCheck', 'false']
  await run(process.execPath, [tsc, ...strict, 'consumer.ts', 'examples.ts'], folder).catch((error: unknown) => t.fail((error as { stdout: string }).stdout))

  const ground = await layGround(t)
  const { url } = await startService(t, ground)
  const { key } = await makeAccount(ground)
  const picture = join(folder, 'photo.jpg')
  await writeFile(picture, await photo())
  for (const node of await versionsOfNode()) {
    const { stdout, stderr } = await run(node, [join(folder, 'consumer.js'), url, key, picture], folder)
    t.match(JSON.parse(stdout), { node: String, verdict: 'inconclusive', code: 'unauthorized', event: 'ready' }, stdout)
    t.equal(stderr, '')
  }
})

/** The one that runs this, and that of the system where it is another one and not too old. */
async function versionsOfNode(): Promise<string[]> {
  const outside = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'))
  const ask = ['-c', 'command -v node && node -p process.versions.node']
  const { stdout } = await run(`PATH=${outside.join(':')}`, ['/bin/sh', ...ask], root).catch(() => ({ stdout: '' }))
  const [system, version = ''] = stdout.split('\n')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isFit = system !== undefined && version !== process.versions.node && (major > 20 || (major === 20 && minor >= 16))
  return isFit ? [process.execPath, system] : [process.execPath]
}
