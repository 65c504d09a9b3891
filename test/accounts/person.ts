import { randomInt, randomUUID } from 'node:crypto'

export interface Answer {
  status: number
  headers: Headers
  /** The JSON, or null. */
  body: any // oxlint-disable-line typescript/no-explicit-any -- whatever it is, a test looks at it
}

/** Somebody with a browser: it keeps cookies, and says that its requests come from our own page. */
export interface Person {
  email: string
  password: string
  cookies: Map<string, string>
  send(method: string, path: string, json?: unknown, headers?: Record<string, string>): Promise<Answer>
  register(): Promise<Answer>
  signIn(password?: string): Promise<Answer>
}

/** @param url of the service, which believes 127.0.0.1 to be a proxy: each person has an address of its own */
export function person(url: string, given: Partial<Pick<Person, 'email' | 'password'>> & { address?: string } = {}): Person {
  const { email = `${randomUUID()}@people.example`, password = 'four horses of a colour', address = randomAddress() } = given
  const cookies = new Map<string, string>()

  async function send(method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        'x-forwarded-for': address,
        ...(method !== 'GET' && { 'sec-fetch-site': 'same-origin' }),
        ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers
      },
      ...(json !== undefined && { body: typeof json === 'string' ? json : JSON.stringify(json) })
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
  }

  return {
    email,
    password,
    cookies,
    send,
    register: () => send('POST', '/v1/accounts', { email, password }),
    signIn: (other = password) => send('POST', '/v1/session', { email, password: other })
  }
}

/** What services in these tests are started with. */
export const behindProxy = { ROLES: 'api', TRUST_PROXY: '127.0.0.1' }

const randomAddress = () => `198.18.${randomInt(256)}.${randomInt(256)}`
