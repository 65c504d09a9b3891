import { readFileSync } from 'node:fs'

/** An instance of a compiled kernel (`npm run kernels`), with 4 MiB of memory whatever the pictures' sizes. Each thread makes its own, once. */
export function loadKernel(name: string): WebAssembly.Exports {
  const module = new WebAssembly.Module(readFileSync(new URL(`${name}.wasm`, import.meta.url)))
  return new WebAssembly.Instance(module).exports
}
