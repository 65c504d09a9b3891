/** What a person has chosen for this browser. Where nothing may be stored, choices last as long as the page. */

type Name = 'language' | 'theme'

export function kept(name: Name): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function keep(name: Name, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // The choice holds for this page.
  }
}
