import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import type { Test } from 'tap'

/** Names under which package managers install a browser of the Chromium family. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macApplications = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
]

/** A real browser, closed after the test. */
export async function startBrowser(t: Test): Promise<Browser> {
  const browser = await launchBrowser()
  t.teardown(() => browser.close())
  return browser
}

/** A real browser, which whoever has launched it closes. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic'
    ]
  })
}

/**
 * Why the page can't be tested on this machine; undefined where it can. Ubuntu has Chromium as a snap only, which the
 * set-up script can't install everywhere; on any other system a missing browser is a failure.
 */
export function reasonToSkip(): string | undefined {
  const isUbuntu = existsSync('/etc/os-release') && /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'))
  if (!isUbuntu || lookForBrowser() !== undefined) return undefined
  return 'there is no browser: install Chromium or Google Chrome to have the page tested'
}

/** @throws when there is none: the page must not go untested without a word */
function findBrowser(): string {
  const found = lookForBrowser()
  if (found === undefined) {
    throw new Error(`The page is tested in a real browser, and there is none: install Chromium (looked for ${names.join(', ')} in PATH)`)
  }
  return found
}

function lookForBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...macApplications]
  return candidates.find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
