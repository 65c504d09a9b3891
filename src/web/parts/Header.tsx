import { useLocation } from 'preact-iso'
import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { language, languages, type Language } from '../language/current.ts'
import { speak, texts } from '../language/texts.ts'
import { session, signOut } from '../state/session.ts'
import { choose, theme, themes, type Theme } from '../state/theme.ts'
import { toast } from '../state/toasts.ts'
import { messageOf } from '../api.ts'

/** Their own names for themselves. */
const languageNames: Record<Language, string> = { en: 'English', fr: 'Français' }

export function Header() {
  const { layout: t } = texts.value
  const who = session.value
  return (
    <header class="page-head">
      <a class="brand" href="/">
        FakeTect
      </a>
      <nav aria-label={t.navigation}>
        {who && <PageLink href="/">{t.analyse}</PageLink>}
        {who && <PageLink href="/history">{t.history}</PageLink>}
        {who?.role === 'admin' && <PageLink href="/admin">{t.admin}</PageLink>}
        {who === null && <PageLink href="/sign-in">{t.signIn}</PageLink>}
        {who === null && <PageLink href="/register">{t.register}</PageLink>}
      </nav>
      <div class="preferences">
        <Choice label={t.language} chosen={language.value} choices={languages} name={(tag) => languageNames[tag]} onChoose={(tag) => void change(tag)} />
        <Choice label={t.theme} chosen={theme.value} choices={themes} name={(name: Theme) => t.themes[name]} onChoose={choose} />
      </div>
      {who && <AccountMenu name={who.email ?? t.localAccount} />}
    </header>
  )

  async function change(tag: Language): Promise<void> {
    await speak(tag).catch((error: unknown) => toast(messageOf(error), { tone: 'problem' }))
  }
}

/** A link of the navigation, marked on the page that it leads to and on those below it. */
function PageLink({ href, children }: { href: string; children: string }) {
  const { path } = useLocation()
  const current = path === href ? 'page' : href !== '/' && path.startsWith(`${href}/`) ? 'true' : undefined
  return (
    <a href={href} aria-current={current}>
      {children}
    </a>
  )
}

function Choice<T extends string>(props: { label: string; chosen: T; choices: readonly T[]; name: (choice: T) => string; onChoose: (choice: T) => void }) {
  const { label, chosen, choices, name, onChoose } = props
  const id = useId()
  return (
    <>
      <label class="only-heard" for={id}>
        {label}
      </label>
      <select id={id} value={chosen} onChange={({ currentTarget }) => onChoose(currentTarget.value as T)}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {name(choice)}
          </option>
        ))}
      </select>
    </>
  )
}

/** A disclosure with links: what concerns the account of whoever is signed in. */
function AccountMenu({ name }: { name: string }) {
  const { layout: t } = texts.value
  const { route } = useLocation()
  const open = useSignal(false)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()

  function onKeyDown({ key }: KeyboardEvent): void {
    if (key !== 'Escape' || !open.peek()) return
    open.value = false
    button.current?.focus()
  }
  function onFocusOut({ currentTarget, relatedTarget }: FocusEvent & { currentTarget: HTMLElement }): void {
    if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) open.value = false
  }
  async function leave(): Promise<void> {
    try {
      await signOut()
      route('/')
      toast(t.signedOut)
    } catch (error) {
      toast(`${t.signOutFailed} ${messageOf(error)}`, { tone: 'problem' })
    }
  }

  return (
    <div class="menu" onKeyDown={onKeyDown} onFocusOut={onFocusOut}>
      <button ref={button} type="button" data-look="quiet" aria-expanded={open.value} aria-controls={id} onClick={() => (open.value = !open.value)}>
        {t.accountMenu}
      </button>
      <div id={id} class="menu-panel" tabIndex={-1} hidden={!open.value}>
        <p class="quiet">{name}</p>
        <ul onClick={() => (open.value = false)}>
          <li>
            <a href="/account">{t.account}</a>
          </li>
          <li>
            <a href="/account/plan">{t.plan}</a>
          </li>
          <li>
            <a href="/account/keys">{t.keys}</a>
          </li>
          <li>
            <a href="/account/webhooks">{t.webhooks}</a>
          </li>
          <li>
            <a href="/account/sessions">{t.sessions}</a>
          </li>
        </ul>
        <button type="button" onClick={() => void leave()}>
          {t.signOut}
        </button>
      </div>
    </div>
  )
}
