import t from 'tap'
import { openStorage } from '../../src/platform/storage/open.ts'
import { copyKey, copyName, copyTime, listCopies, outdatedCopies } from '../../src/backup/copies.ts'
import { temporaryFolder } from '../harness/servers.ts'

const now = new Date('2026-11-28T03:00:09.500Z')
const daysAgo = (days: number) => copyName(new Date(now.getTime() - days * 24 * 3_600_000))

t.test('a copy is named for the second in which it was begun', async (t) => {
  t.equal(copyName(now), '2026-11-28T03-00-09Z')
  t.equal(copyTime(copyName(now)), Date.parse('2026-11-28T03:00:09Z'))
})

t.test('copies are removed when they are too old, and the newest one never', async (t) => {
  const names = [40, 31, 29, 1, 0].map(daysAgo)
  t.same(outdatedCopies(names, 30, now), [daysAgo(40), daysAgo(31)])
  t.same(outdatedCopies([daysAgo(400), daysAgo(300)], 30, now), [daysAgo(400)], 'also when none was made for long')
  t.same(outdatedCopies([], 30, now), [])
})

t.test('what lies beside the copies is none', async (t) => {
  const storage = openStorage(`file://${temporaryFolder(t)}`)
  async function* bytes() {
    yield Buffer.from('x')
  }
  for (const key of [copyKey(daysAgo(0)), copyKey(daysAgo(9)), copyKey('before the move'), 'database/readme.txt', 'other/2026-11-28T03-00-09Z.dump']) {
    await storage.put(key, bytes(), 'text/plain')
  }
  t.same(await listCopies(storage), [daysAgo(9), daysAgo(0)])
})
