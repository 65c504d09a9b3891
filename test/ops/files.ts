import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentNames, readConfig } from '../../src/config.ts'
import { restartPolicy } from '../../src/platform/embedded/restarts.ts'

const root = join(import.meta.dirname, '../..')
export const read = (path: string) => readFileSync(join(root, path), 'utf8')
export const exists = (path: string) => existsSync(join(root, path))

/** The least time from SIGTERM until everything has ended by itself, or was ended by the supervisor. */
export const drainMs = readConfig({}).shutdownMs + restartPolicy.killMarginMs

/** Variables that nothing in our code reads; the AWS SDK reads its own. */
export const unknownVariables = (env: Record<string, unknown>) =>
  Object.keys(env).filter((name) => !environmentNames.includes(name) && !/^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(name))

/** What the image sets, by the last stage of the Dockerfile. */
export function imageEnvironment(): Record<string, string> {
  const last = read('Dockerfile').split(/^FROM .*$/m).at(-1) ?? ''
  const pairs = [...last.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' ').map((pair) => pair.split('=')))
  return Object.fromEntries(pairs) as Record<string, string>
}

/** The file that `node` is to run, of a command line. */
export const moduleOf = (command: string) => / ?node (\S+\.ts)$/.exec(command)?.[1] ?? 'none'
