import { request, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { paths } from '../../src/web/paths.ts'
import { layGround, startService } from '../harness/service.ts'

const { url } = await startService(t, await layGround(t), { ROLES: 'api' })

/** As it comes: `fetch` would unpack it. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request(url + path, { headers, method }, resolve).on('error', reject).end()
  const response = await promise
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

const index = (await get('/')).body.toString()
const [script = ''] = /\/assets\/index-[\w-]+\.js/.exec(index) ?? []
const [style = ''] = /\/assets\/index-[\w-]+\.css/.exec(index) ?? []

t.test('each address of the app is answered with the page, which may run nothing but its own files', async (t) => {
  for (const path of paths) {
    const { status, headers, body } = await get(path.replace(/:\w+/, '0193b3a0-0000-7000-8000-000000000000'))
    t.equal(status, 200, path)
    t.equal(body.toString(), index)
    t.match(headers, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': path.startsWith('/shared/') ? 'no-referrer' : 'same-origin',
      'cross-origin-opener-policy': 'same-origin'
    })
    const policy = String(headers['content-security-policy'])
    t.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
    t.match(policy, "require-trusted-types-for 'script'; trusted-types 'none'")
    t.notMatch(policy, /unsafe|data:|https?:|\*/)
    t.equal(headers['x-robots-tag'], path === '/' ? undefined : 'noindex')
  }
  t.notMatch(index, /<script(?![^>]* src="\/assets\/)/, 'no script stands in the page itself')
  t.notMatch(index, /<style| style=| on\w+=/)
  t.notMatch(index, /(?:src|href)="(?!\/)/, 'nothing comes from elsewhere')
})

t.test('every other address is a problem, below those of the app too', async (t) => {
  for (const path of ['/nowhere', '/index.html', '/main.tsx', '/analyses', '/analyses/a/b', '/admin/x', '/assets', '/assets/', '/assets/index.js', '/assets/../index.html', '/assets/%2e%2e/%2e%2e/package.json']) {
    const { status, headers } = await get(path)
    t.equal(status, 404, path)
    t.equal(headers['content-type'], 'application/problem+json; charset=utf-8', path)
    t.notOk(headers['cache-control']?.includes('immutable'), path)
  }
})

t.test('files have names made of their content, and are kept for a year', async (t) => {
  for (const path of [script, style]) {
    const { status, headers } = await get(path)
    t.equal(status, 200)
    t.match(headers, { 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' })
    t.equal((await get(path, {}, 'HEAD')).headers['content-length'], headers['content-length'])
  }
  t.match((await get(script)).headers, { 'content-type': /javascript/ })
})

t.test('they come compressed, in the way that is asked for', async (t) => {
  const plain = await get(script)
  t.equal(plain.headers['content-encoding'], undefined)
  const brotli = await get(script, { 'accept-encoding': 'gzip, deflate, br' })
  t.match(brotli.headers, { 'content-encoding': 'br', vary: /accept-encoding/i, 'content-type': /javascript/ })
  t.same(brotliDecompressSync(brotli.body), plain.body)
  const gzip = await get(script, { 'accept-encoding': 'gzip' })
  t.match(gzip.headers, { 'content-encoding': 'gzip' })
  t.same(gunzipSync(gzip.body), plain.body)
  t.ok(brotli.body.length < gzip.body.length && gzip.body.length < plain.body.length)
})

t.test('what the page is going to ask for is named with it: its texts in the reader’s language, and for who is signed in more', async (t) => {
  const linked = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await get(path, headers)
    t.match(answer.headers.vary, /accept-language/i)
    return [...String(answer.headers.link).matchAll(/<([^>]+)>; rel=(?:modulepreload|preload; as=\w+; crossorigin)(?:, |$)/g)].map(([, file = '']) => file)
  }
  const english = await linked('/')
  t.same(english.slice(0, 3), [script, style, '/v1/session'])
  t.match(english.slice(3), [/^\/assets\/en-/])
  t.match((await linked('/verify', { 'accept-language': 'fr-CH, de' })).slice(3), [/^\/assets\/fr-/])
  t.same(await linked('/history', { cookie: 'ft_session=1' }), english)
  const analyse = await linked('/', { cookie: 'ft_session=1' })
  t.same(analyse.slice(0, english.length), english)
  t.ok(analyse.slice(english.length).some((file) => /^\/assets\/Analyse-.*\.js$/.test(file)))
  for (const file of analyse) if (file.startsWith('/assets/')) t.equal((await get(file)).status, 200, file)
})

t.test('a browser that has the page already is told so', async (t) => {
  const { etag } = (await get('/history')).headers
  t.equal((await get('/history', { 'if-none-match': etag ?? '' })).status, 304)
})
