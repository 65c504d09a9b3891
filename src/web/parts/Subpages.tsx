import { useLocation } from 'preact-iso'
import type { ComponentChildren } from 'preact'
import type { Path } from '../paths.ts'
import '../style/subpages.css'

/** Pages that belong together, with links to each other beside them. */
export function Subpages(props: { label: string; links: Array<{ href: Path; label: string }>; children: ComponentChildren }) {
  const { label, links, children } = props
  const { path } = useLocation()
  return (
    <div class="subpages">
      <nav aria-label={label}>
        <ul>
          {links.map(({ href, label }) => (
            <li key={href}>
              <a href={href} aria-current={path === href ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="subpage">{children}</div>
    </div>
  )
}
