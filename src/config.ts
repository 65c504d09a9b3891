import type { KeyObject } from 'node:crypto'
import { availableParallelism, totalmem } from 'node:os'
import packageJson from '../package.json' with { type: 'json' }
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { ProviderConfig } from './engine/providers/configured.ts'
import type { HttpDetectorOptions } from './engine/providers/httpDetector.ts'
import type { SightengineOptions } from './engine/providers/sightengine.ts'
import { parseNetworks, type Network } from './platform/outbound/addresses.ts'
import { isRedisAddress } from './platform/redisAddress.ts'
import { readSigningKey } from './reports/signingKey.ts'

/**
 * The environment, named, typed and with its defaults. Nothing else in the code base reads `process.env`.
 * Three parts have no default: what is not named by its URL is brought up under `.data/` by the supervisor.
 */
const Environment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65535 }),
  METRICS_PORT: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 65535, description: 'A port of its own for /metrics; else it is on PORT' })
  ),
  PUBLIC_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'How clients reach the service, e.g. https://faketect.example' })
  ),
  TRUST_PROXY: Type.String({
    default: '',
    description: 'Addresses of proxies whose X-Forwarded-For is believed, comma-separated (addresses, CIDR, loopback)'
  }),
  ANONYMOUS_REQUESTS_PER_MINUTE: Type.Integer({
    default: 120,
    minimum: 1,
    description: 'Requests that one address may make in a minute where no account pays for them: signing in, wrong keys'
  }),
  ROLES: Type.String({ default: 'api,worker', pattern: '^(api|worker)(,(api|worker))?$' }),
  LOG_LEVEL: Type.String({ default: 'info', pattern: '^(fatal|error|warn|info|debug|trace|silent)$' }),
  DATA_DIR: Type.String({ default: '.data', description: 'Where the embedded servers and files live' }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  MIGRATION_DATABASE_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'A direct address where DATABASE_URL is a pooler' })
  ),
  DATABASE_REPLICA_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'A streaming replica of DATABASE_URL, from which lists are read' })
  ),
  DATABASE_POOL_MAX: Type.Integer({ default: 20, minimum: 4 }),
  REDIS_URL: Type.Optional(
    Type.String({ pattern: '^rediss?(\\+cluster)?://|^/', description: 'Of one Redis, or of the nodes of a cluster: redis+cluster://a:6379,b:6379' })
  ),
  STORAGE_URL: Type.Optional(Type.String({ pattern: '^(s3|file)://' })),
  ENGINE_THREADS: Type.Optional(Type.Integer({ minimum: 1, description: 'Defaults to the number of cores, or less where memory is short' })),
  ENGINE_DETECTORS: Type.Optional(
    Type.String({ description: 'A module whose default export is an array of further detectors' })
  ),
  ENGINE_PROVIDERS: Type.Optional(
    Type.String({ description: 'A module whose default export is an array of providers, asked over the network beside the detectors' })
  ),
  SIGHTENGINE_API_USER: Type.Optional(Type.String({ description: 'Of the account at Sightengine; without it nothing is sent there' })),
  SIGHTENGINE_API_SECRET: Type.Optional(Type.String()),
  SIGHTENGINE_URL: Type.String({ default: 'https://api.sightengine.com', pattern: '^https?://', description: 'Another address for tests' }),
  DETECTOR_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'A model server of your own, which is sent each file: see docs/engine.md' })
  ),
  DETECTOR_TOKEN: Type.Optional(Type.String({ pattern: '^[\\x21-\\x7e]+$', description: 'Sent to it as a bearer token' })),
  DETECTOR_FALSE_ALARM_RATE: Type.Number({
    default: 0.1,
    minimum: 0.001,
    maximum: 0.5,
    description: 'The share of honest photographs to which it gives its highest scores: with 0.1 it never makes a verdict alone'
  }),
  MODEL_PATH: Type.Optional(
    Type.String({ description: 'A model’s folder (model.onnx and manifest.json), or a folder of such folders; by default models/ in DATA_DIR, where there is one' })
  ),
  TRUST_LIST: Type.Optional(
    Type.String({ pattern: '^(https://|(?!\\w+://))', description: 'Certificates of those whose Content Credentials are believed, PEM: a path or an https address' })
  ),
  ANALYSIS_DEADLINE_MS: Type.Integer({ default: 30_000, minimum: 100, description: 'For one picture' }),
  VIDEO_DEADLINE_MS: Type.Integer({ default: 60_000, minimum: 100, description: 'For one video' }),
  LEDGER_LOCK_MS: Type.Integer({
    default: 15_000,
    minimum: 1_000,
    description: 'How long a silent worker keeps a job before another takes it over'
  }),
  LEDGER_RETRY_MS: Type.Integer({
    default: 5_000,
    minimum: 10,
    description: 'The pause before the second attempt; each further one is twice as long'
  }),
  LEDGER_AGEING_MS: Type.Integer({
    default: 10_000,
    minimum: 10,
    description: 'A file that waits is worked on sooner after each such wait, in six steps'
  }),
  RECONCILE_EVERY_MS: Type.Integer({ default: 5_000, minimum: 100 }),
  UPLOAD_STALE_MS: Type.Integer({
    default: 60_000,
    minimum: 1_000,
    description: 'An upload without a life sign for so long is removed'
  }),
  FETCH_TIMEOUT_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    description: 'For fetching a file from an address, redirects and all'
  }),
  OUTBOUND_ALLOW: Type.String({
    default: '',
    description: 'Networks into which webhooks are delivered and from which files are fetched although they are not public, comma-separated (CIDR)'
  }),
  STRIPE_SECRET_KEY: Type.Optional(Type.String({ description: 'Of the account at Stripe; without it nothing is sold' })),
  STRIPE_WEBHOOK_SECRET: Type.Optional(Type.String({ pattern: '^whsec_', description: 'What Stripe signs its events with' })),
  STRIPE_PRICE_PRO: Type.Optional(Type.String({ description: 'The id of the price that PRO is sold at' })),
  STRIPE_PRICE_PREMIUM: Type.Optional(Type.String({ description: 'The id of the price that PREMIUM is sold at' })),
  STRIPE_API_URL: Type.String({ default: 'https://api.stripe.com', pattern: '^https?://', description: 'Another address for tests' }),
  REPORT_SIGNING_KEY: Type.Optional(
    Type.String({ description: 'An Ed25519 private key (PKCS#8 PEM or JWK) that signs reports; without it each machine makes its own in DATA_DIR' })
  ),
  SMTP_URL: Type.Optional(
    Type.String({ pattern: '^smtps?://', description: 'Where mails are sent, e.g. smtps://user:password@mail.example; without it they go to the log' })
  ),
  SENTRY_DSN: Type.Optional(
    Type.String({ pattern: '^https?://[^/@]+@.+/\\d+$', description: 'Where errors that nobody expected are reported to; without it they are in the log alone' })
  ),
  SENTRY_ENVIRONMENT: Type.String({ default: 'production', description: 'Named in each report' }),
  SENTRY_RELEASE: Type.Optional(Type.String({ description: 'Named in each report and each trace; else the version of the package' })),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'Where traces are sent as OTLP over HTTP; further OTEL_… variables are OpenTelemetry’s own' })
  ),
  MAIL_FROM: Type.String({ default: 'FakeTect <faketect@localhost>', description: 'Who mails are from' }),
  BACKUP_URL: Type.Optional(
    Type.String({ pattern: '^(s3|file)://', description: 'Where `npm run backup` puts copies of the database; another bucket than that of the files' })
  ),
  BACKUP_KEEP_DAYS: Type.Integer({ default: 30, minimum: 1, description: 'Older copies are removed when a new one is there' }),
  FAKETECT_KEY: Type.Optional(Type.String({ description: 'An API key, for `npm run analyze -- --server URL`' })),
  SHUTDOWN_MS: Type.Integer({ default: 45_000, minimum: 1_000, description: 'Time to finish what runs after SIGTERM' })
})

/** The names of all variables that are read. */
export const environmentNames: readonly string[] = Object.keys(Environment.properties)

export type Role = 'api' | 'worker'

/** Everything that can be configured, checked once and handed in. */
export interface Config {
  host: string
  port: number
  metricsPort: number | undefined
  publicUrl: URL | undefined
  trustProxy: string[]
  anonymousPerMinute: number
  roles: ReadonlySet<Role>
  logLevel: string
  dataDir: string
  databaseUrl: string | undefined
  migrationDatabaseUrl: string | undefined
  /** Undefined where there is no replica. */
  databaseReplicaUrl: string | undefined
  databasePoolMax: number
  redisUrl: string | undefined
  storageUrl: string | undefined
  engineThreads: number
  engineDetectors: string | undefined
  providers: ProviderConfig
  modelPath: string | undefined
  /** A path or an https address. */
  trustList: string | undefined
  analysisDeadlineMs: number
  videoDeadlineMs: number
  ledgerLockMs: number
  ledgerRetryMs: number
  ledgerAgeingMs: number
  reconcileEveryMs: number
  uploadStaleMs: number
  fetchTimeoutMs: number
  outboundAllow: Network[]
  /** Absent when nothing is sold. */
  stripe: StripeConfig | undefined
  /** Undefined where a key of the machine's own signs reports. */
  reportSigningKey: KeyObject | undefined
  /** Undefined when mails are written to the log. */
  smtpUrl: string | undefined
  mailFrom: string
  /** What runs, for reports of errors and for traces. */
  release: string
  /** Undefined when errors are reported to nobody. */
  sentry: SentryConfig | undefined
  /** Whether traces are sent, to where OpenTelemetry's libraries read it from the environment. */
  tracing: boolean
  /** Undefined where no copies of the database are made. */
  backupUrl: string | undefined
  backupKeepDays: number
  /** Of a service that is asked by the command line. */
  apiKey: string | undefined
  shutdownMs: number
}

export interface SentryConfig {
  dsn: string
  environment: string
}

export interface StripeConfig {
  secretKey: string
  webhookSecret: string
  /** The ids of the prices. */
  prices: { PRO: string; PREMIUM: string }
  apiUrl: URL
}

/** A configuration with all three servers named: what the service itself runs on. */
export interface ServiceConfig extends Config {
  databaseUrl: string
  redisUrl: string
  storageUrl: string
}

export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads and checks the environment.
 * @throws {ConfigError} naming each variable that is wrong, never its value: it may be a secret
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(environmentNames.filter((name) => env[name] !== undefined && env[name] !== '').map((name) => [name, env[name]]))
  const value = Value.Default(Environment, Value.Convert(Environment, given))
  const problems = [...Value.Errors(Environment, value)].map(
    (error) => `${error.instancePath.slice(1) || 'environment'} ${error.message}`
  )
  if (problems.length > 0) throw new ConfigError(`The environment is not valid: ${problems.join('; ')}`)
  const e = value as Static<typeof Environment>

  return {
    host: e.HOST,
    port: e.PORT,
    metricsPort: e.METRICS_PORT,
    publicUrl: e.PUBLIC_URL === undefined ? undefined : new URL(e.PUBLIC_URL),
    trustProxy: e.TRUST_PROXY.split(',').map((address) => address.trim()).filter(Boolean),
    anonymousPerMinute: e.ANONYMOUS_REQUESTS_PER_MINUTE,
    roles: new Set(e.ROLES.split(',') as Role[]),
    logLevel: e.LOG_LEVEL,
    dataDir: e.DATA_DIR,
    databaseUrl: e.DATABASE_URL,
    migrationDatabaseUrl: e.MIGRATION_DATABASE_URL,
    databaseReplicaUrl: e.DATABASE_REPLICA_URL,
    databasePoolMax: e.DATABASE_POOL_MAX,
    redisUrl: readRedisUrl(e),
    storageUrl: e.STORAGE_URL,
    engineThreads: e.ENGINE_THREADS ?? defaultThreads(),
    engineDetectors: e.ENGINE_DETECTORS,
    providers: { sightengine: readSightengine(e), httpDetector: readDetector(e), module: e.ENGINE_PROVIDERS },
    modelPath: e.MODEL_PATH,
    trustList: e.TRUST_LIST,
    analysisDeadlineMs: e.ANALYSIS_DEADLINE_MS,
    videoDeadlineMs: e.VIDEO_DEADLINE_MS,
    ledgerLockMs: e.LEDGER_LOCK_MS,
    ledgerRetryMs: e.LEDGER_RETRY_MS,
    ledgerAgeingMs: e.LEDGER_AGEING_MS,
    reconcileEveryMs: e.RECONCILE_EVERY_MS,
    uploadStaleMs: e.UPLOAD_STALE_MS,
    fetchTimeoutMs: e.FETCH_TIMEOUT_MS,
    outboundAllow: readNetworks(e.OUTBOUND_ALLOW),
    stripe: readStripe(e),
    reportSigningKey: readReportKey(e),
    smtpUrl: e.SMTP_URL,
    mailFrom: e.MAIL_FROM,
    release: e.SENTRY_RELEASE ?? `${packageJson.name}@${packageJson.version}`,
    sentry: e.SENTRY_DSN === undefined ? undefined : { dsn: e.SENTRY_DSN, environment: e.SENTRY_ENVIRONMENT },
    tracing: e.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    backupUrl: e.BACKUP_URL,
    backupKeepDays: e.BACKUP_KEEP_DAYS,
    apiKey: e.FAKETECT_KEY,
    shutdownMs: e.SHUTDOWN_MS
  }
}

function readRedisUrl({ REDIS_URL: address }: Static<typeof Environment>): string | undefined {
  if (address === undefined || isRedisAddress(address)) return address
  throw new ConfigError(
    'The environment is not valid: REDIS_URL must be the address of one Redis, or redis+cluster://user:password@host:port,host:port of a cluster'
  )
}

function readStripe(e: Static<typeof Environment>): StripeConfig | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_PRICE_PRO: pro, STRIPE_PRICE_PREMIUM: premium } = e
  if (secretKey === undefined && webhookSecret === undefined && pro === undefined && premium === undefined) return undefined
  if (secretKey === undefined || webhookSecret === undefined || pro === undefined || premium === undefined) {
    throw new ConfigError(
      'The environment is not valid: STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_PRICE_PRO and STRIPE_PRICE_PREMIUM belong together'
    )
  }
  return { secretKey, webhookSecret, prices: { PRO: pro, PREMIUM: premium }, apiUrl: new URL(e.STRIPE_API_URL) }
}

function readSightengine(e: Static<typeof Environment>): SightengineOptions | undefined {
  const { SIGHTENGINE_API_USER: user, SIGHTENGINE_API_SECRET: secret } = e
  if (user === undefined && secret === undefined) return undefined
  if (user === undefined || secret === undefined) {
    throw new ConfigError('The environment is not valid: SIGHTENGINE_API_USER and SIGHTENGINE_API_SECRET belong together')
  }
  return { url: new URL(e.SIGHTENGINE_URL), user, secret }
}

function readDetector(e: Static<typeof Environment>): HttpDetectorOptions | undefined {
  if (e.DETECTOR_URL === undefined) return undefined
  const url = URL.canParse(e.DETECTOR_URL) ? new URL(e.DETECTOR_URL) : undefined
  if (url === undefined || url.username !== '' || url.password !== '') {
    throw new ConfigError('The environment is not valid: DETECTOR_URL must be a whole address without a user name: set DETECTOR_TOKEN')
  }
  return { url, token: e.DETECTOR_TOKEN, falseAlarmRate: e.DETECTOR_FALSE_ALARM_RATE }
}

function readReportKey({ REPORT_SIGNING_KEY: text }: Static<typeof Environment>): KeyObject | undefined {
  try {
    return text === undefined ? undefined : readSigningKey(text)
  } catch {
    // What is wrong with it is not repeated: it may be a part of the key.
    throw new ConfigError('The environment is not valid: REPORT_SIGNING_KEY must be an Ed25519 private key, PKCS#8 in PEM or a JWK')
  }
}

function readNetworks(list: string): Network[] {
  try {
    return parseNetworks(list)
  } catch {
    throw new ConfigError('The environment is not valid: OUTBOUND_ALLOW must be networks such as 10.0.0.0/8, comma-separated')
  }
}

/**
 * What one analysis may take: a picture 1 GB of decoding, with the thread’s own; a video a process of at most 1.25 GB, with its file on the way
 * there and the thread that rests meanwhile.
 */
const THREAD_BYTES = 1_500_000_000

/** A thread for each core, as far as the memory goes: of the machine, or of the container. */
function defaultThreads(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity)
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memory / THREAD_BYTES)))
}

/** @throws {ConfigError} when a server is not named */
export function requireServers(config: Config): ServiceConfig {
  const { databaseUrl, redisUrl, storageUrl } = config
  if (databaseUrl === undefined || redisUrl === undefined || storageUrl === undefined) {
    throw new ConfigError('DATABASE_URL, REDIS_URL and STORAGE_URL must be set; `npm start` brings up what is missing')
  }
  return { ...config, databaseUrl, redisUrl, storageUrl }
}
