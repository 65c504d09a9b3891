import { useLocation } from 'preact-iso'
import { AccountList } from '../admin/AccountList.tsx'
import { AccountView } from '../admin/AccountView.tsx'
import { AdminPages } from '../admin/AdminPages.tsx'

/** `/admin/accounts?email=…&plan=…&suspended=…`: accounts; `?account=…`: one of them. */
export function AdminAccounts() {
  const { query } = useLocation()
  return <AdminPages>{query.account === undefined ? <AccountList /> : <AccountView key={query.account} id={query.account} />}</AdminPages>
}
