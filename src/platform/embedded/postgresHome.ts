import { chownSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canEnter, makeDataFolder, makePrivateFolder } from './folders.ts'
import { EmbeddedServerError, type Owner } from './processes.ts'

/** Where root keeps what PostgreSQL's user can't reach in a clone. Only root can write there, so nobody can lay a trap. */
export const SHARED_FOLDER = '/var/lib/faketect'

export interface PostgresHome {
  /** Resolved, private, and owned by whom the server runs as. */
  home: string
  remove: () => void
}

/**
 * The folder with everything of one PostgreSQL server: `<dataDir>/postgres`. Where root's clone is closed to
 * PostgreSQL's user (`/root` is 0700), that is a link to a folder elsewhere; the link is what knows it, so that a new
 * start finds its data, a moved clone too, and who removes `.data/` starts afresh.
 * @param disposable puts a folder elsewhere among the temporary files
 */
export function postgresHome(dataDir: string, owner: Owner | undefined, disposable: boolean): PostgresHome {
  makeDataFolder(dataDir)
  const path = join(dataDir, 'postgres')
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    if (owner === undefined || canEnter(dataDir, owner)) makePrivateFolder(path, owner)
    else symlinkSync(makeElsewhere(owner, disposable), path)
  }

  const home = realpathSync(path)
  if (owner !== undefined && !canEnter(home, owner)) {
    throw new EmbeddedServerError(`PostgreSQL's user can't enter ${home}: open the way to it (chmod a+x on each folder), or set DATABASE_URL`)
  }
  const remove = () => {
    for (const each of [home, path]) rmSync(each, { recursive: true, force: true })
  }
  return { home, remove }
}

function makeElsewhere(owner: Owner, disposable: boolean): string {
  const place = disposable ? tmpdir() : SHARED_FOLDER
  mkdirSync(place, { recursive: true, mode: 0o755 })
  const folder = mkdtempSync(join(place, disposable ? 'faketect-postgres-' : 'postgres-'))
  chownSync(folder, owner.uid, owner.gid)
  return folder
}
