import type { Operations } from './openapi.ts'

/** Every request of the interface, by what stands in its first line: `GET /v1/analyses/{id}`. */
type Requests = { [Name in keyof Operations as Operations[Name]['request']]: Operations[Name] }

/** Those whose answer is JSON, or nothing. */
export type RequestName = { [Name in keyof Requests]: Requests[Name] extends { answer: Blob } ? never : Name }[keyof Requests]

export type Answer<Name extends RequestName> = Requests[Name]['answer']
export type Query<Name extends RequestName> = Requests[Name] extends { query: infer Query } ? Query : never

type ParamOf<Path extends string> = Path extends `${string}{${infer Param}}${infer Rest}` ? Param | ParamOf<Rest> : never

/** What a request needs. */
export type Given<Name extends RequestName> = ([ParamOf<Name>] extends [never] ? unknown : { params: Record<ParamOf<Name>, string> }) &
  (Requests[Name] extends { query: infer Query } ? { query?: Query } : unknown) &
  (Requests[Name] extends { body: infer Body } ? { body: Body } : unknown) & {
    headers?: Record<string, string>
    signal?: AbortSignal | undefined
    timeoutMs?: number
  }

/** May be left out where nothing is needed. */
export type GivenTo<Name extends RequestName> = Partial<Given<Name>> extends Given<Name> ? [given?: Given<Name>] : [given: Given<Name>]

export type QueryValue = string | number | boolean | undefined | readonly string[]

/** The address that a template and its values make. */
export function pathOf(template: string, params: Record<string, string> = {}, query: Record<string, QueryValue> = {}): string {
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one): [string, string] => [name, String(one)])))
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`
}
