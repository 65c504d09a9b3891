/** Where a Redis Cluster is found, and what all of its nodes ask for. */
export interface ClusterAddress {
  /** The nodes that are asked for the others; one is enough while it lives. */
  seeds: Array<{ host: string; port: number }>
  username: string | undefined
  password: string | undefined
  tls: boolean
}

/**
 * Reads the address of a cluster: `redis+cluster://user:password@host:port,host:port`, or `rediss+cluster://` for TLS.
 * @returns undefined for any other address: that of a single Redis
 * @throws when it is one of a cluster, and not whole; the message does not quote it
 */
export function parseClusterAddress(address: string): ClusterAddress | undefined {
  if (!/^rediss?\+cluster:/.test(address)) return undefined
  const [, scheme, credentials = '', hosts] = /^(rediss?)\+cluster:\/\/(.*@)?([^@/?#]+)\/?$/.exec(address) ?? []
  if (hosts === undefined) throw new Error('A cluster has hosts, and neither a database number nor parameters')
  // The same user and password for all: a cluster knows no others.
  const urls = hosts.split(',').map((host) => URL.parse(`redis://${credentials}${host}`))
  const seeds = urls.map((url) => {
    if (url === null || url.hostname === '') throw new Error('A host of the cluster is not one')
    return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 6379) }
  })
  const decoded = (part: string | undefined) => (part === undefined || part === '' ? undefined : decodeURIComponent(part))
  return { seeds, username: decoded(urls[0]?.username), password: decoded(urls[0]?.password), tls: scheme === 'rediss' }
}

/** Whether something can be reached by it: a URL of a single Redis or of a cluster, or the path of a socket. */
export function isRedisAddress(address: string): boolean {
  try {
    if (address.startsWith('/') || parseClusterAddress(address) !== undefined) return true
    return /^[^,]+$/.test(URL.parse(address)?.hostname ?? '')
  } catch {
    return false
  }
}
