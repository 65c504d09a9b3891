import type { ComponentChildren } from 'preact'
import { texts } from '../language/texts.ts'
import { Subpages } from '../parts/Subpages.tsx'
import '../style/account.css'

/** What stands around every page of the account. */
export function AccountPages({ children }: { children: ComponentChildren }) {
  const { layout: t } = texts.value
  return (
    <Subpages
      label={t.account}
      links={[
        { href: '/account', label: t.account },
        { href: '/account/plan', label: t.plan },
        { href: '/account/keys', label: t.keys },
        { href: '/account/webhooks', label: t.webhooks },
        { href: '/account/sessions', label: t.sessions }
      ]}
    >
      {children}
    </Subpages>
  )
}
