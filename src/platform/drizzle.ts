import { createRequire } from 'node:module'

/**
 * drizzle's functions, all from here, in its CommonJS form. As ES modules they are some 250 files, and for each of them
 * Node.js reads and parses drizzle's package.json, which has 180 kB: half a second of every start. The linter sees to
 * it that nobody else names the package.
 */
// drizzle-kit, which makes the migrations, leaves the address of the module out.
const require = createRequire(import.meta.url ?? `${process.cwd()}/`)

export const {
  and,
  arrayContains,
  asc,
  count,
  desc,
  DrizzleQueryError,
  eq,
  getTableColumns,
  gt,
  gte,
  ilike,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  notInArray,
  or,
  sql
} = require('drizzle-orm') as typeof import('drizzle-orm')

export const {
  bigint,
  boolean,
  check,
  customType,
  date,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid
} = require('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core')

export const { drizzle } = require('drizzle-orm/node-postgres') as typeof import('drizzle-orm/node-postgres')
export const { migrate } = require('drizzle-orm/node-postgres/migrator') as typeof import('drizzle-orm/node-postgres/migrator')

export type { SQL } from 'drizzle-orm'
export type { NodePgDatabase } from 'drizzle-orm/node-postgres'
export type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
