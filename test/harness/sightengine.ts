import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Test } from 'tap'

export const credentials = { user: 'user-4711', secret: 'secret-hunter2' }

/** One request as the stand-in understood it. */
export interface Asked {
  path: string
  models: string
  media: { type: string; bytes: Buffer; sha256: string }
}

/** What it does with a request whose form is there. `right` is how Sightengine would answer. */
export type Behaviour = (response: ServerResponse, right: () => void) => void

/** A server that speaks as much of Sightengine's protocol as is used, and misbehaves on demand. */
export interface StandInSightengine {
  url: URL
  /** What makes a service ask it. */
  env: Record<string, string>
  asked: Asked[]
  /** The scores of whatever it is sent; in a video, of each second by its number. */
  scores: { ai_generated: number; deepfake: number; ai_generators?: Record<string, number> }
  scoreOfSecond: (second: number) => number
  seconds: number
  behave: Behaviour
  /** Does this with a request before its body is read, when it is there. */
  early: Behaviour | undefined
  /** Requests that are under way, and how many there were at the same time at most. */
  underWay: number
  most: number
}

const REQUEST = { id: 'req_jBS589QCnfWJmBKFZ1z71', timestamp: 1763657604.988901, operations: 1 }

export const right: Behaviour = (_response, right) => right()
export const slow =
  (ms: number): Behaviour =>
  (response, right) =>
    void sleep(ms).then(() => response.destroyed || right())
export const hang: Behaviour = () => undefined
export const reset: Behaviour = (response) => void response.socket?.resetAndDestroy()
export const failure =
  (type: string, status = 400, headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    json(response, status, { status: 'failure', request: REQUEST, error: { type, code: 1, message: `About ${credentials.user} and ${credentials.secret}` } }, headers)
export const plain =
  (status: number, body: string, headers: Record<string, string> = { 'content-type': 'text/html' }): Behaviour =>
  (response) =>
    void response.writeHead(status, headers).end(body)
/** Says how long its answer is, and breaks off in the middle. */
export const truncated: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"status":"success","type":{"ai_gen', () => response.socket?.end())
}
/** JSON without an end, as far as anybody reads. */
export const endless: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"status":"success","more":"')
  const pour = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  }
  response.on('drain', pour)
  pour()
}

export async function startSightengine(t: Test): Promise<StandInSightengine> {
  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    standIn.most = Math.max(standIn.most, ++standIn.underWay)
    response.on('close', () => standIn.underWay--)
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const standIn: StandInSightengine = {
    url,
    env: { SIGHTENGINE_URL: url.href, SIGHTENGINE_API_USER: credentials.user, SIGHTENGINE_API_SECRET: credentials.secret },
    asked: [],
    scores: { ai_generated: 0.01, deepfake: 0.01 },
    scoreOfSecond: () => standIn.scores.ai_generated,
    seconds: 5,
    behave: right,
    early: undefined,
    underWay: 0,
    most: 0
  }
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (standIn.early !== undefined) return standIn.early(response, () => undefined)
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    // The form is read by somebody else's code than the one that wrote it.
    const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData()
    const media = form.get('media')
    const isKnown = form.get('api_user') === credentials.user && form.get('api_secret') === credentials.secret
    if (!isKnown) return failure('credentials_error', 401)(response, () => {})
    if (form.get('models') !== 'genai,deepfake' || media === null || typeof media === 'string') return failure('argument_error')(response, () => {})
    const bytes = Buffer.from(await media.arrayBuffer())
    const path = request.url ?? ''
    standIn.asked.push({ path, models: 'genai,deepfake', media: { type: media.type, bytes, sha256: createHash('sha256').update(bytes).digest('hex') } })
    standIn.behave(response, () => {
      if (path === '/1.0/check.json') return json(response, 200, { status: 'success', request: REQUEST, type: standIn.scores, media: { id: 'med_jBS5', uri: 'media' } })
      if (path === '/1.0/video/check-sync.json') return json(response, 200, { status: 'success', request: REQUEST, data: { frames: frames() } })
      return json(response, 404, { status: 'failure', request: REQUEST, error: { type: 'request_error', code: 3, message: 'No such endpoint' } })
    })
  }

  function frames(): object[] {
    return Array.from({ length: standIn.seconds }, (_, second) => ({
      info: { id: `med_jBS5_${second}`, position: second * 1_000 },
      type: { ...standIn.scores, ai_generated: standIn.scoreOfSecond(second) }
    }))
  }
  return standIn
}

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body))
}
