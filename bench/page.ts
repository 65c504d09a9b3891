/**
 * `npm run bench:page`: how long the first page takes until it can be used, on a slow laptop, for a stranger and for
 * somebody who is signed in, beside an empty page served by `node:http`, in the same run.
 *
 * Chromium calculates a quarter as fast as it could, and has a line of 10 Mbit/s with 40 ms there and back for each request
 * (Lighthouse's desktop line with its slow processor). Every visit is the first one: nothing is cached. The pages take
 * turns, because a shared machine is not equally fast all the time.
 */
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { generateApiKey } from '../src/accounts/apiKeys.ts'
import { storeLocalKey, withDatabase } from '../src/accounts/localAccount.ts'
import { within } from '../src/platform/within.ts'
import { launchBrowser } from '../test/web/browser.ts'
import { percentile, print } from './children.ts'
import { handIn } from './rows.ts'
import { withServers, type Servers } from './servers.ts'

const { values } = parseArgs({
  options: {
    visits: { type: 'string', default: '15' },
    /** How many times slower the browser calculates. */
    slower: { type: 'string', default: '4' },
    megabits: { type: 'string', default: '10' },
    'round-trip-ms': { type: 'string', default: '40' }
  }
})
const visits = Number(values.visits)
const PATIENCE_MS = 60_000

await withServers(measure)

async function measure({ databaseUrl, redisUrl, folder, programs }: Servers): Promise<void> {
  const key = generateApiKey()
  await withDatabase(databaseUrl, (db) => storeLocalKey(db, 'bench', key))
  const [, address] = await programs.start('../src/service.ts', {
    ...process.env,
    ROLES: 'api',
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    STORAGE_URL: `file://${folder}/files`,
    DATA_DIR: folder
  })
  const [, empty] = await programs.start('page/emptyServer.ts', process.env)
  const browser = await launchBrowser()
  try {
    const pages = [
      { name: 'empty page', url: empty, key: undefined, times: [] as number[] },
      { name: 'a stranger', url: address, key: undefined, times: [] as number[] },
      { name: 'signed in', url: address, key, times: [] as number[] }
    ]
    // The first visit starts what is started once, and is not counted.
    for (let visit = 0; visit <= visits; visit++) {
      for (const page of pages) {
        const ms = await visitPage(browser, page)
        if (visit > 0) page.times.push(ms)
      }
    }
    for (const { name, times } of pages) {
      print(`${name.padEnd(12)} usable after ${percentile(times, 0.5).toFixed(0)} ms (p50), ${percentile(times, 0.95).toFixed(0)} ms (p95), ${visits} visits`)
    }
    const [nothing, ...ours] = pages.map(({ name, times }) => ({ name, ms: percentile(times, 0.5) }))
    handIn(
      ours.map(({ name, ms }) => ({
        what: `First page until it can be used, ${name}, slow laptop`,
        unit: 'ms',
        ours: ms,
        bare: 'empty page, node:http',
        theirs: nothing?.ms ?? NaN,
        better: 'less',
        meaning: `The aim is under 1,000 ms, at ${values.slower} times less speed and ${values.megabits} Mbit/s`
      }))
    )
  } finally {
    await browser.close()
  }
}

/** @returns milliseconds from the navigation until the page stands there and answers */
async function visitPage(browser: Browser, { url, key }: { url: string; key: string | undefined }): Promise<number> {
  const context = await browser.newContext({ locale: 'en-GB' })
  try {
    if (key !== undefined) await context.request.post(`${url}/v1/session`, { data: { key } })
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable')
    const bytesPerSecond = (Number(values.megabits) * 1e6) / 8
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: Number(values['round-trip-ms']),
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond
    })
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: Number(values.slower) })
    await page.addInitScript(noteWhenUsable)
    await page.goto(url, { waitUntil: 'commit' })
    return await within(PATIENCE_MS, page.evaluate(() => (globalThis as unknown as Noted).usableAt), `${url} can't be used`)
  } finally {
    await context.close()
  }
}

interface Noted {
  usableAt: Promise<number>
}

/**
 * Runs in the page before everything else. It can be used when its heading stands there and nothing says any longer that
 * it loads, and once that is drawn and the thread of the page has time for somebody who clicks.
 */
function noteWhenUsable(): void {
  const { promise, resolve } = Promise.withResolvers<number>()
  Object.assign(globalThis, { usableAt: promise } satisfies Noted)
  const observer = new MutationObserver(() => {
    if (document.querySelector('h1') === null || document.querySelector('.spinner') !== null) return
    observer.disconnect()
    // From the start of the navigation.
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
  })
  observer.observe(document, { childList: true, subtree: true })
}
