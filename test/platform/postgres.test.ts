import t from 'tap'
import { onDatabase, testDatabase } from '../harness/servers.ts'

t.test('a machine that vanishes in the middle of a transaction leaves no lock behind for long', async (t) => {
  const url = await testDatabase(t)
  const { rows } = await onDatabase(url, (client) => client.query('SHOW idle_in_transaction_session_timeout'))
  t.equal(rows[0].idle_in_transaction_session_timeout, '15s')
})
