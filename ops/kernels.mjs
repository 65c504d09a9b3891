// Compiles the WebAssembly kernels of the engine: `npm run kernels [-- FOLDER]`, beside their sources or into a folder.
// They are committed, as the service runs without a compiler; a test compiles them again and compares.
import { readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

const sources = fileURLToPath(new URL('../src/engine/kernels/', import.meta.url))
const target = resolve(process.argv[2] ?? sources)
const ending = '.as.ts'
/** What kernels share, and import. */
const partEnding = '.part.as.ts'
/** 64 pages of 64 KiB from the start, and never more: the kernels lay out their memory themselves. */
const options = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--initialMemory', '64', '--maximumMemory', '64']

for (const source of readdirSync(sources).filter((name) => name.endsWith(ending) && !name.endsWith(partEnding))) {
  const output = join(target, source.replace(ending, '.wasm'))
  const { error } = await main([source, '--baseDir', sources, '--outFile', relative(sources, output), ...options], { stderr: process.stderr })
  if (error !== null) throw error
}
