import type { FastifySchemaValidationError } from 'fastify'
import { sentence, type Sentence } from '../language/sentence.ts'
import { Problem } from './problem.ts'

/**
 * The problem of a request that does not fit its schema.
 * @param context which part of it: `body`, `querystring`, `params` or `headers`
 */
export function invalidRequest(found: FastifySchemaValidationError[], context: string): Problem {
  const errors = found.map((error) => ({ pointer: `${context}${error.instancePath}`, detail: broken(error) }))
  const [first] = errors
  return new Problem('invalid_request', first && sentence('{pointer}: {reason}', { pointer: first.pointer, reason: first.detail }), { errors })
}

/** What was asked for, by the keyword of JSON Schema (and the parameters that Ajv gives with it). */
function broken({ keyword, params }: FastifySchemaValidationError): Sentence {
  const limit = Number(params.limit)
  switch (keyword) {
    case 'type':
      return sentence('must be of the type {type}', { type: listed(params.type) })
    case 'required':
      return sentence('must have the property "{property}"', { property: String(params.missingProperty) })
    case 'additionalProperties':
      return sentence('must not have the property "{property}"', { property: String(params.additionalProperty) })
    case 'const':
      return sentence('must be {value}', { value: JSON.stringify(params.allowedValue) })
    case 'enum':
      return sentence('must be one of {values}', { values: listed(params.allowedValues) })
    case 'minLength':
      return sentence('must have at least {limit, plural, one {# character} other {# characters}}', { limit })
    case 'maxLength':
      return sentence('must have at most {limit, plural, one {# character} other {# characters}}', { limit })
    case 'minItems':
      return sentence('must have at least {limit, plural, one {# item} other {# items}}', { limit })
    case 'maxItems':
      return sentence('must have at most {limit, plural, one {# item} other {# items}}', { limit })
    case 'uniqueItems':
      return sentence('must not have the same item twice')
    case 'minProperties':
      return sentence('must have at least {limit, plural, one {# property} other {# properties}}', { limit })
    case 'maxProperties':
      return sentence('must have at most {limit, plural, one {# property} other {# properties}}', { limit })
    case 'minimum':
      return sentence('must be at least {limit, number}', { limit })
    case 'maximum':
      return sentence('must be at most {limit, number}', { limit })
    case 'exclusiveMinimum':
      return sentence('must be more than {limit, number}', { limit })
    case 'exclusiveMaximum':
      return sentence('must be less than {limit, number}', { limit })
    case 'format':
      return sentence('must have the format "{format}"', { format: String(params.format) })
    case 'pattern':
      return sentence('must match the pattern {pattern}', { pattern: String(params.pattern) })
    default:
      return sentence('is not valid')
  }
}

const listed = (values: unknown): string => (Array.isArray(values) ? values.join(', ') : String(values))
