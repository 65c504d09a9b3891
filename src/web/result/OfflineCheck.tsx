import { texts } from '../language/texts.ts'

/** How experts check a report without this service. @param props.signature where the signature of the report in question is */
export function OfflineCheck({ signature }: { signature: string | undefined }) {
  const { verify: t } = texts.value
  return (
    <details class="sheet">
      <summary>
        <h2>{t.expertsTitle}</h2>
      </summary>
      <p>{t.experts}</p>
      <ul>
        <li>
          <a href="/.well-known/jwks.json" target="_self">
            {t.keys}
          </a>
        </li>
        {signature !== undefined && (
          <li>
            <a href={signature} target="_self" download>
              {t.signature}
            </a>
          </li>
        )}
      </ul>
      <pre tabIndex={0} aria-label={t.program}>
        <code>{program}</code>
      </pre>
      <p class="quiet">{t.afterwards}</p>
    </details>
  )
}

/** Tried as it stands (`test/web/result.long.test.ts`). */
const program = `// npm install jose; node check.mjs report.pdf report.jws jwks.json
import { readFileSync } from 'node:fs'
import { createLocalJWKSet, flattenedVerify } from 'jose'

const [pdf, jws, jwks] = process.argv.slice(2).map((file) => readFileSync(file))
const [header, , signature] = jws.toString().trim().split('.')
const { protectedHeader } = await flattenedVerify(
  { protected: header, payload: pdf, signature },
  createLocalJWKSet(JSON.parse(jwks)),
  { algorithms: ['EdDSA', 'Ed25519'] }
)
console.log(protectedHeader)`
