import { Buffer } from 'node:buffer'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

/** Smaller files gain nothing. */
const MIN_COMPRESSED_BYTES = 512

/** How long the files of former builds stay. */
const KEPT_MS = 7 * 86_400_000

const output = join(import.meta.dirname, '../../dist/web')

/** `npm run web`: makes `dist/web` of this folder, which `pages.ts` serves. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  build: {
    outDir: output,
    // A page that is open in a browser goes on with the files of its own version; see `forgetOld`.
    emptyOutDir: false,
    // Data URLs are nothing that the Content-Security-Policy lets in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Names the files for `pages.ts`.
    manifest: true,
    // What every page needs is one file, and what many need another: a browser asks for six at a time (HTTP/1.1).
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'app', tags: ['$initial'], priority: 1 },
            { name: 'shared', minShareCount: 3 }
          ]
        }
      }
    },
    // The licences of what is built in, as they ask for, in .vite/license.md.
    license: true
  },
  plugins: [compressed(), forgetOld()]
})

/** Writes a `.br` and a `.gz` beside each file that is text: compressed once, and as well as can be. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source)
          if (bytes.length < MIN_COMPRESSED_BYTES || !/\.(?:js|css|svg|html)$/.test(file.fileName)) continue
          const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotliCompressSync(bytes, { params }) })
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source: gzipSync(bytes, { level: 9 }) })
        }
      }
    }
  }
}

/** Removes what former builds have left, when hardly any browser can still ask for it. */
function forgetOld(): Plugin {
  return {
    name: 'forget-old',
    apply: 'build',
    closeBundle() {
      const assets = join(output, 'assets')
      const old = readdirSync(assets).filter((name) => Date.now() - statSync(join(assets, name)).mtimeMs > KEPT_MS)
      for (const name of old) rmSync(join(assets, name))
    }
  }
}
