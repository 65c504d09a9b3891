import pino, { type DestinationStream, type Logger } from 'pino'
import type { Config } from '../config.ts'
import { loggedError } from './loggedError.ts'
import { loggedRequest } from './requestLog.ts'
import { hideSecretsOf } from './secrets.ts'

/** A line of level `error` or `fatal`, for those who want to be told of it. */
export interface ErrorLine {
  level: 'error' | 'fatal'
  message: string
  /** What went wrong, as it was thrown; undefined where nothing was. */
  error: unknown
  /** The ids by which it is found again, and whatever else stands in the line. */
  fields: { readonly [name: string]: unknown }
}

/** Members whose value is a secret. */
const secretMembers = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'secret', 'apiKey']
const redact = {
  paths: ['', 'headers', 'req.headers'].flatMap((above) => secretMembers.map((name) => `${above}["${name}"]`)),
  censor: '…'
}
/** The same wherever else they stand. pino's own wildcards would make each line cost ten times as much. */
const deepMembers = new RegExp(`"(${secretMembers.join('|')})":"(?:[^"\\\\]|\\\\.)*"`, 'g')

const ERROR = 50
const FATAL = 60

/**
 * The log: a line of JSON each. Whatever it is given, no secret stands in it: neither as a member of an object, nor in the words of an
 * error or an address.
 *
 * @param onError told of each line of level `error` and above: what is unexpected is logged once, by whoever knows what it belongs to
 */
export function createLogger(config: Partial<Config> & Pick<Config, 'logLevel'>, output: DestinationStream, onError?: (line: ErrorLine) => void): Logger {
  const hideSecrets = hideSecretsOf(config)
  return pino(
    {
      level: config.logLevel,
      redact,
      serializers: { err: (error: unknown) => loggedError(error), req: loggedRequest },
      hooks: {
        streamWrite: (line) => hideSecrets(line.replace(deepMembers, '"$1":"…"')),
        logMethod(args, method, level) {
          method.apply(this, args)
          if (level >= ERROR && onError !== undefined) onError(errorLine(args, level, this.bindings()))
        }
      }
    },
    output
  )
}

function errorLine([first, second]: unknown[], level: number, bindings: pino.Bindings): ErrorLine {
  const given = first instanceof Error ? { err: first } : typeof first === 'object' && first !== null ? (first as { [name: string]: unknown }) : {}
  const words = typeof first === 'string' ? first : second
  return {
    level: level >= FATAL ? 'fatal' : 'error',
    message: typeof words === 'string' ? words : '',
    error: 'err' in given ? given.err : undefined,
    fields: { ...bindings, ...given }
  }
}
