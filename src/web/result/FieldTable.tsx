import { texts } from '../language/texts.ts'
import { named } from './names.ts'

/** A row that the engine read in the file's metadata. */
interface Field {
  name: string
  value: string
  suspicious?: boolean
  reason?: string
}

export const holdsFields = (rows: unknown): rows is Field[] => Array.isArray(rows) && rows.length > 0 && rows.every(isField)

function isField(row: unknown): row is Field {
  const { name, value } = (row ?? {}) as Partial<Field>
  return typeof name === 'string' && typeof value === 'string'
}

/** What the file says about itself; rows that don't go with the others are marked, with the reason. */
export function FieldTable({ rows }: { rows: Field[] }) {
  const { fields: t } = texts.value
  const odd = rows.filter(({ suspicious }) => suspicious === true).length
  return (
    <table class="fields">
      <caption>
        {t.caption} {odd > 0 ? t.odd(odd) : t.noneOdd}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t.field}</th>
          <th scope="col">{t.says}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, value, suspicious = false, reason }) => (
          <tr key={name} data-odd={suspicious}>
            <th scope="row">{named(t.names, name) ?? <code>{name}</code>}</th>
            <td>
              {value}
              {suspicious && (
                <p class="odd">
                  <strong>{t.doubtful}</strong> {reason}
                </p>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
