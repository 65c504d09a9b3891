import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AlreadyRunningError, lockDataFolder } from '../../../src/platform/embedded/lock.ts'
import { identifyProcess } from '../../../src/platform/embedded/processes.ts'
import { run } from './program.ts'

const locker = `
  import { lockDataFolder } from '${join(import.meta.dirname, '../../../src/platform/embedded/lock.ts')}'
  try {
    lockDataFolder(process.argv[1])
    process.stdout.write('locked ')
    process.stdin.resume()
    setTimeout(() => {}, 60_000)
  } catch (error) {
    process.stdout.write(error.name + ' ')
  }
`

t.test('a second start is told who runs and where', (t) => {
  const dataDir = t.testdir()
  lockDataFolder(dataDir).note({ address: 'http://127.0.0.1:3000' })
  t.throws(() => lockDataFolder(dataDir), {
    name: 'AlreadyRunningError',
    message: new RegExp(`already runs here at http://127.0.0.1:3000 \\(process ${process.pid},`)
  })
  t.end()
})

t.test('the lock of a process that has ended is followed by another, and says what it was', async (t) => {
  const dataDir = t.testdir()
  const first = run([process.execPath, '--input-type=module-typescript', '-e', locker, dataDir])
  await first.prints(/locked/)
  t.throws(() => lockDataFolder(dataDir), AlreadyRunningError)
  first.kill('SIGKILL')
  await first.exit
  t.equal(lockDataFolder(dataDir).previous?.pid, first.pid)
})

t.test('a process that has only been given the same number does not block', (t) => {
  const dataDir = t.testdir({ 'lock.3': JSON.stringify({ pid: process.pid, identity: 'born at another time' }) })
  t.ok(lockDataFolder(dataDir))
  t.end()
})

t.test('a lock cut short by a power failure does not block', (t) => {
  const dataDir = t.testdir({ 'lock.3': '' })
  t.equal(lockDataFolder(dataDir).previous, undefined)
  t.match(JSON.parse(readFileSync(join(dataDir, 'lock.4'), 'utf8')), { pid: process.pid, identity: identifyProcess(process.pid) })
  t.end()
})

t.test('locks do not pile up', (t) => {
  const dataDir = t.testdir()
  for (let i = 1; i <= 5; i++) {
    lockDataFolder(dataDir)
    writeFileSync(join(dataDir, `lock.${i}`), JSON.stringify({ pid: 1, identity: 'ended' }))
  }
  t.same(readdirSync(dataDir), ['lock.4', 'lock.5'])
  t.end()
})

t.test('of many starts over a stale lock exactly one gets the folder', async (t) => {
  const dataDir = t.testdir({ 'lock.1': JSON.stringify({ pid: 1, identity: 'ended' }) })
  const all = Array.from({ length: 6 }, () => run([process.execPath, '--input-type=module-typescript', '-e', locker, dataDir]))
  await Promise.all(all.map((each) => each.prints(/locked|AlreadyRunningError/)))
  t.equal(all.filter((each) => each.output().startsWith('locked')).length, 1)
  for (const each of all) each.kill('SIGKILL')
  await Promise.all(all.map((each) => each.exit))
})
