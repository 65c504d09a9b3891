import type { Config } from '../config.ts'

/**
 * What opens something to whoever reads it, by its form: keys of ours, of Stripe and of webhooks, credentials in headers and in
 * addresses, cookies, links that were shared, and the members of a query that hold such things. What stands behind the # of a link is
 * left: it is in no line but the mail that has nowhere else to go.
 */
const forms: ReadonlyArray<readonly [form: RegExp, shown: string]> = [
  [/\bft_live_\w+/g, 'ft_live_…'],
  [/\bwhsec_[\w+/=-]+/g, 'whsec_…'],
  [/\b([srp]k_(?:live|test))_\w+/g, '$1_…'],
  [/\b(Bearer|Basic) [\w.~+/=-]{8,}/gi, '$1 …'],
  [/(\b[a-z][a-z\d+.-]*:\/\/)[^\s"'/@]+@/gi, '$1…@'],
  [/\b((?:__Host-)?ft_(?:session|device)=)[^\s;"]+/g, '$1…'],
  [/(\/shared\/)[^/?#\s"]+/g, '$1…'],
  [/([?&](?:[\w-]*(?:token|secret|password|signature|credential|key)|code)=)[^&#\s"\\]+/gi, '$1…']
]

/** Shorter ones are taken for words, which would be missed everywhere. */
const LEAST_LENGTH = 9

/** Takes secrets out of a text, also out of a line of JSON: what is left is JSON still. */
export type HideSecrets = (text: string) => string

/** @param config what it holds of secrets is hidden wherever it turns up, beside all that looks like one */
export function hideSecretsOf(config: Partial<Config>): HideSecrets {
  const own = [...new Set(secretsOf(config).filter((secret) => secret.length >= LEAST_LENGTH))].sort((a, b) => b.length - a.length)
  const known = own.length === 0 ? undefined : new RegExp(own.map((secret) => RegExp.escape(secret)).join('|'), 'g')
  return (text) => {
    const rest = known === undefined ? text : text.replace(known, '…')
    return forms.reduce((text, [form, shown]) => text.replace(form, shown), rest)
  }
}

function secretsOf({ databaseUrl, migrationDatabaseUrl, redisUrl, storageUrl, smtpUrl, stripe, providers }: Partial<Config>): string[] {
  const given = [stripe?.secretKey, stripe?.webhookSecret, providers?.sightengine?.secret, providers?.httpDetector?.token]
  const passwords = [databaseUrl, migrationDatabaseUrl, redisUrl, storageUrl, smtpUrl].flatMap(passwordsOf)
  return [...given.filter((secret) => secret !== undefined), ...passwords]
}

/** As it is written in the address, and as it is meant. */
function passwordsOf(address: string | undefined): string[] {
  if (address === undefined || !URL.canParse(address)) return []
  const { password } = new URL(address)
  return [password, decoded(password)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
