import type { ComponentChildren } from 'preact'
import { texts } from '../language/texts.ts'
import { Subpages } from '../parts/Subpages.tsx'
import '../style/admin.css'

/** What stands around every page for admins. */
export function AdminPages({ children }: { children: ComponentChildren }) {
  const { admin: t, layout } = texts.value
  return (
    <Subpages
      label={layout.admin}
      links={[
        { href: '/admin', label: t.overview },
        { href: '/admin/accounts', label: t.accounts },
        { href: '/admin/queue', label: t.queue },
        { href: '/admin/failures', label: t.failures },
        { href: '/admin/audit', label: t.audit }
      ]}
    >
      {children}
    </Subpages>
  )
}
