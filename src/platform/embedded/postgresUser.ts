import { execFileSync } from 'node:child_process'
import { EmbeddedServerError, type Owner } from './processes.ts'

const NAME = 'postgres'
const CREATE: [string, ...string[]] = ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME]

/**
 * Whom PostgreSQL runs as. It refuses root, so root lends it the system's user for it, made when it is missing;
 * anybody else runs it as themselves.
 */
export function postgresOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  return findOwner() ?? createOwner()
}

function findOwner(): Owner | undefined {
  try {
    const id = (flag: string) => Number.parseInt(execFileSync('id', [flag, NAME], { encoding: 'utf8', stdio: 'pipe' }), 10)
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined // no such user
  }
}

function createOwner(): Owner {
  const [command, ...args] = CREATE
  try {
    execFileSync(command, args, { stdio: 'pipe' })
  } catch (error) {
    throw new EmbeddedServerError(
      `PostgreSQL does not run as root and there is no user "${NAME}" for it. Make one (${CREATE.join(' ')}), start as another user, or set DATABASE_URL`,
      { cause: error }
    )
  }
  const owner = findOwner()
  if (owner === undefined) throw new EmbeddedServerError(`The user "${NAME}" was made but can't be found`)
  return owner
}
