/**
 * Reading crJSON, the C2PA's JSON form of a manifest store: whatever it holds, nothing here throws.
 */

export type Members = { [name: string]: unknown }

/** Of a list in the report. Pictures put together from many have dozens of ingredients, and hundreds of actions. */
export const maxListed = 200
const maxTextLength = 200

export function members(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
}

export function objects(value: unknown): Members[] {
  return Array.isArray(value) ? value.map(members) : []
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, maxTextLength) : undefined
}

/** Labels have versions and numbers: `c2pa.ingredient.v3__2`. */
export function isOf(name: string, label: string): boolean {
  return label === name || label.startsWith(`${name}.v`) || label.startsWith(`${name}__`)
}

const jumbfAddress = /^self#jumbf=\/c2pa\/([^/]+)/

export function labelIn(url: unknown): string | undefined {
  return typeof url === 'string' ? text(jumbfAddress.exec(url)?.[1]) : undefined
}
