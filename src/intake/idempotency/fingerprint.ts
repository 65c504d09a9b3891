import { createHash } from 'node:crypto'

/** Of a form: what it carries, part by part, and not how: a boundary is another one in each attempt. */
export interface FormFingerprint {
  field(name: string, value: string): void
  file(named: { fileName: string | undefined; declaredType: string; sha256: string }): void
  /** SHA-256 in hex. */
  digest(): string
}

export function fingerprintForm(): FormFingerprint {
  const parts: unknown[] = []
  return {
    field: (name, value) => void parts.push([name, value]),
    file: ({ fileName, declaredType, sha256 }) => void parts.push(['file', fileName ?? null, declaredType, sha256]),
    digest: () => fingerprintOf('form', parts)
  }
}

/** Of a request with a JSON body: where it goes and what it says, in whichever order its members are. */
export function fingerprintJson(target: string, body: unknown): string {
  return fingerprintOf(target, body)
}

function fingerprintOf(what: string, value: unknown): string {
  return createHash('sha256').update(JSON.stringify([what, value], sorted)).digest('hex')
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
