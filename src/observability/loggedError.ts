/** What is kept of an error, beside its words: of where it happened and what kind it is, never of what somebody has sent. */
const members = [
  'code', 'errno', 'syscall', 'address', 'port', 'status', 'statusCode', 'responseCode', 'severity', 'schema', 'table', 'column', 'constraint', 'routine'
] as const // prettier-ignore

/** Causes of causes that are told. */
const DEPTH = 5

export interface LoggedError {
  type: string
  message: string
  stack: string
  cause?: LoggedError
  [member: string]: unknown
}

/**
 * What a log holds of an error: a list of what may stay, since libraries hang onto their errors what they were given. Drizzle's hold every
 * value of the query, in a member and in the message; ioredis' the arguments of the command, a password among them.
 */
export function loggedError(error: unknown, depth = DEPTH): unknown {
  if (!(error instanceof Error)) return error
  const known = error as Error & { [member: string]: unknown }
  const kept = members.flatMap((name) => (['string', 'number'].includes(typeof known[name]) ? [[name, known[name]] as const] : []))
  const cause = depth > 0 && error.cause instanceof Error ? (loggedError(error.cause, depth - 1) as LoggedError) : undefined
  const message = withoutValues(error.message)
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message,
    stack: error.stack?.replace(error.message, () => message) ?? '',
    ...Object.fromEntries(kept),
    ...(cause !== undefined && { cause })
  } satisfies LoggedError
}

/** The message of a failed query without the values that were in it: names of files, e-mail addresses, hashes of passwords. */
export function withoutValues(message: string): string {
  return message.replace(/^(Failed query: [^]*?)\nparams: [^]*$/, '$1')
}
