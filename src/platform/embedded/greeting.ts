import type { Config } from '../../config.ts'

/** What is said once the service listens: where it is, and what to type first. */
export function greeting(config: Config, address: string, key: string | undefined): string {
  if (!config.roles.has('api')) return `FakeTect works (${[...config.roles].join(', ')}), and answers health checks at ${address}`
  return [
    '',
    `FakeTect is ready at ${address}`,
    '',
    `  API key   ${key ?? '`npm run key` makes one'}`,
    `  Try it    curl -F file=@photo.jpg -H 'Authorization: Bearer ${key ?? 'YOUR_KEY'}' ${address}/v1/analyses`,
    `  Page      ${address}/${key === undefined ? '' : `sign-in#key=${key}`}`,
    `  Reference ${address}/docs`,
    ...(config.databaseUrl === undefined ? [`  Stop      Ctrl-C (everything is kept in ${config.dataDir}/)`] : []),
    ''
  ].join('\n')
}
