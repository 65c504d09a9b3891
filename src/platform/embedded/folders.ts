import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EmbeddedServerError, type Owner } from './processes.ts'

/** What fits into a socket's address everywhere: 107 bytes on Linux, 103 on macOS. */
const SOCKET_PATH_MAX_BYTES = 103

/**
 * Makes the folder that holds everything. Root's lets PostgreSQL's user pass through, though not look around; the mode
 * is set by itself because a strict umask would take that away.
 */
export function makeDataFolder(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700)
}

/** Makes a folder that nobody but its owner may enter; one that exists is left as it is. */
export function makePrivateFolder(path: string, owner?: Owner): void {
  if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined && owner !== undefined) {
    chownSync(path, owner.uid, owner.gid)
  }
}

/** Whether a user can enter a folder: asked by trying, because access lists and mounts have a say beside the mode. */
export function canEnter(path: string, owner: Owner): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', path], { ...owner, cwd: '/', stdio: 'ignore' }).status === 0
}

/**
 * Where the socket of a server that lives in `home` goes: beside its data, or, when that path would not fit into a
 * socket's address, into a folder in the system's place for temporary files. Its name follows from `home`, so that a
 * restarted server has the same address, and a later start finds an orphan by it.
 */
export function socketPlace(home: string, socketName: string): string {
  if (Buffer.byteLength(join(home, socketName)) <= SOCKET_PATH_MAX_BYTES) return home

  const name = `faketect-${createHash('sha256').update(home).digest('hex').slice(0, 20)}`
  return [tmpdir(), '/tmp'].map((place) => join(place, name))
    .find((path) => Buffer.byteLength(join(path, socketName)) <= SOCKET_PATH_MAX_BYTES) ?? join('/tmp', name)
}

/** That place, made when it isn't there. */
export function socketFolder(home: string, socketName: string, owner?: Owner): string {
  const folder = socketPlace(home, socketName)
  if (folder === home) return home
  makePrivateFolder(folder, owner)

  // The place is everybody's, so somebody may have made the folder before us, or put a link there.
  const found = lstatSync(folder)
  const uid = owner?.uid ?? process.getuid?.()
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new EmbeddedServerError(`${folder} is not a private folder of ours; remove it, or set TMPDIR to another place`)
  }
  return folder
}

/** Removes what `socketFolder` made outside `home`. */
export function removeSocketFolder(folder: string, home: string): void {
  if (folder !== home) rmSync(folder, { recursive: true, force: true })
}
