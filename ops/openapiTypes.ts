/**
 * Writes an OpenAPI 3.1 document as TypeScript: a type for each schema, and for each operation what it takes and
 * answers. It knows the part of JSON Schema that our routes use, and stops at a type that it does not know.
 *
 * The generators there are (openapi-typescript, @hey-api/openapi-ts) print by the compiler API that TypeScript 7 has no
 * longer; when one of them prints without it, it can take the place of this file.
 */

export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  items?: Schema
  default?: unknown
  description?: string
}

interface Operation {
  operationId?: string
  summary?: string
  parameters?: Array<{ name: string; in: string; required?: boolean; schema: Schema; description?: string }>
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** A direction of travel: what is sent may leave out what has a default, what is answered holds everything. */
type Way = 'sent' | 'answered'

/** @throws when the document says something in a way that is not known here */
export function typesOf({ paths, components }: OpenApi): string {
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `${comment(schema.description, '')}export type ${name} = ${typeOf(schema, 'answered', '')}\n`
  )
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => (operation.operationId === undefined ? [] : operationOf(method, path, operation)))
  )
  return [
    '// Made from the OpenAPI document of the service by `npm run client:types`.\n',
    ...schemas,
    `/** What each operation takes and answers, when it succeeds. */\nexport interface Operations {\n${operations.join('\n')}\n}\n`
  ].join('\n')
}

function operationOf(method: string, path: string, { operationId, summary, parameters = [], requestBody, responses }: Operation): string {
  const query = parameters.filter((parameter) => parameter.in === 'query')
  const querySchema: Schema = {
    type: 'object',
    properties: Object.fromEntries(query.map(({ name, schema, description }) => [name, { ...schema, ...(description !== undefined && { description }) }])),
    required: query.flatMap(({ name, required }) => (required === true ? [name] : []))
  }
  const body = requestBody?.content['application/json']?.schema
  const answers = Object.entries(responses).flatMap(([status, { content }]) => {
    if (!status.startsWith('2')) return []
    const json = content?.['application/json']?.schema
    // What is not JSON is bytes; what has no content is nothing.
    return [json !== undefined ? typeOf(json, 'answered', '    ') : content === undefined ? 'undefined' : 'Blob']
  })
  return [
    `${comment(summary, '  ')}  ${operationId}: {`,
    `    request: '${method.toUpperCase()} ${path}'`,
    ...(query.length > 0 ? [`    query: ${typeOf(querySchema, 'sent', '    ')}`] : []),
    ...(body !== undefined ? [`    body: ${typeOf(body, 'sent', '    ')}`] : []),
    `    answer: ${[...new Set(answers)].join(' | ')}`,
    '  }'
  ].join('\n')
}

function typeOf(schema: Schema, way: Way, indent: string): string {
  const { $ref, enum: values, anyOf, oneOf, allOf, type } = schema
  if ($ref !== undefined) return $ref.replace('#/components/schemas/', '')
  if ('const' in schema) return JSON.stringify(schema.const)
  if (values !== undefined) return values.map(literal).join(' | ')
  const union = anyOf ?? oneOf
  if (union !== undefined) return union.map((one) => typeOf(one, way, indent)).join(' | ')
  if (allOf !== undefined) return [...new Set(allOf.map((one) => bracketed(typeOf(one, way, indent))))].join(' & ')
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, way, indent)).join(' | ')
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `${bracketed(typeOf(schema.items ?? {}, way, indent))}[]`
    case 'object':
      return objectOf(schema, way, indent)
    case undefined:
      return 'unknown'
    default:
      throw new Error(`There is no type for ${JSON.stringify(schema)}`)
  }
}

function objectOf({ properties = {}, patternProperties = {}, additionalProperties, required = [] }: Schema, way: Way, indent: string): string {
  const [pattern] = Object.values(patternProperties)
  const others = pattern ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  const names = Object.keys(properties)
  if (names.length === 0) return `Record<string, ${others === undefined ? 'unknown' : typeOf(others, way, indent)}>`
  const inner = `${indent}  `
  const members = Object.entries(properties).map(([name, schema]) => {
    const isThere = required.includes(name) && !(way === 'sent' && schema.default !== undefined)
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name)
    return `${comment(schema.description, inner)}${inner}${key}${isThere ? '' : '?'}: ${typeOf(schema, way, inner)}`
  })
  return `{\n${members.join('\n')}\n${indent}}`
}

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'` : JSON.stringify(value))

const bracketed = (type: string): string => (/ [|&] /.test(type) && !type.startsWith('{') ? `(${type})` : type)

function comment(text: string | undefined, indent: string): string {
  if (text === undefined) return ''
  return `${indent}/** ${text.replaceAll('*/', String.raw`*\/`).replaceAll('\n', `\n${indent} * `)} */\n`
}
