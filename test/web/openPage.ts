import type { BrowserContext, Page } from 'playwright-core'

/** Before anybody is signed in, the page asks who it is and is told so. */
const strangers = 'status of 401 .* /v1/session$'
/** A result asks what its owner has said of it, and a dialog whether it is shared: mostly nothing, and not. */
const nothingYet = 'status of 404 .* /v1/analyses/[^/]+/(?:feedback|share)$'

/**
 * A page that collects what no page may do: break its own policy, throw, or complain.
 * @param expected refusals that a test provokes, matched with the message and the path that it is about
 */
export async function openPage(context: BrowserContext, expected = /^$/): Promise<{ page: Page; complaints: string[] }> {
  const complaints: string[] = []
  const allowed = new RegExp(`${strangers}|${nothingYet}|${expected.source}`)
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    // To leave for another site is another thing than to load something from there.
    const leaves = request.isNavigationRequest() && request.frame().parentFrame() === null
    if (protocol.startsWith('http') && hostname !== '127.0.0.1' && !leaves) complaints.push(`asked of elsewhere: ${request.url()}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const { url } = message.location()
    const text = `${message.text()} ${URL.canParse(url) ? new URL(url).pathname : ''}`
    if (['error', 'warning'].includes(message.type()) && !allowed.test(text)) complaints.push(text)
  })
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy violated: ${violatedDirective} ${blockedURI}`)
    )
  })
  return { page, complaints }
}
