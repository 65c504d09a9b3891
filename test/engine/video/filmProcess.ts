import { execFile } from 'node:child_process'
import { stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { film, type FilmOptions } from './films.ts'

const here = fileURLToPath(import.meta.url)

/**
 * Makes a film in a process of its own, for tests whose own process has threads that decode: the codecs' binding was seen to abort a
 * process in which the main thread and another one use it.
 */
export function filmFromProcess(options: FilmOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [here, JSON.stringify(options)], { encoding: 'buffer', maxBuffer: 50_000_000 }, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}

if (process.argv[1] === here) stdout.write(await film(JSON.parse(process.argv[2]!) as FilmOptions))
