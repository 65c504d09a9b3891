import { number } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { named } from './names.ts'

const maxDepth = 4
const maxItems = 40

/** Values as detectors measured or read them, whatever they are, by their names; what comes from the file is text. */
export function MeasuredValues({ values, depth = 0 }: { values: { [name: string]: unknown }; depth?: number }) {
  const { measured: t } = texts.value
  return (
    <dl class="measured">
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt>{named(t.names, name) ?? <code>{name}</code>}</dt>
          <dd>
            <Value value={value} depth={depth} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Value({ value, depth }: { value: unknown; depth: number }) {
  const { measured: t } = texts.value
  if (Array.isArray(value)) return <List items={value} depth={depth} />
  if (!isObject(value)) return <>{plain(value)}</>
  if (Object.values(value).every((member) => !isNested(member))) return <>{inline(value)}</>
  return depth < maxDepth ? <MeasuredValues values={value} depth={depth + 1} /> : <>{t.more}</>
}

function List({ items, depth }: { items: unknown[]; depth: number }) {
  const { measured: t } = texts.value
  if (items.length === 0) return <>{t.none}</>
  const shown = items.slice(0, maxItems)
  const rest = items.length > shown.length && <li>{t.andMore(items.length - shown.length)}</li>
  if (shown.every((item) => typeof item === 'number')) {
    return (
      <>
        {shown.map(plain).join(' · ')} {rest && t.andMore(items.length - shown.length)}
      </>
    )
  }
  return (
    <ul>
      {shown.map((item, index) => (
        <li key={index}>
          <Value value={item} depth={depth + 1} />
        </li>
      ))}
      {rest}
    </ul>
  )
}

const isObject = (value: unknown): value is { [name: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value)
const isNested = (value: unknown) => typeof value === 'object' && value !== null

function inline(value: { [name: string]: unknown }): string {
  const { names } = texts.value.measured
  return Object.entries(value)
    .map(([name, member]) => `${named(names, name) ?? name} ${plain(member)}`)
    .join(' · ')
}

function plain(value: unknown): string {
  const { measured: t } = texts.value
  if (value === null || value === undefined || value === '') return t.none
  if (typeof value === 'boolean') return value ? t.yes : t.no
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value)
  // Seeds and other numbers that are names are not to be grouped, and small ones keep their digits.
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) < 0.001 ? String(value) : number(value, 4)
}
