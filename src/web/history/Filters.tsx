import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { Field } from '../parts/Field.tsx'
import { toPageQuery, type FilterName, type FilterValues } from './filters.ts'

/** Somebody who types is not asked after each letter. */
const TYPING_MS = 350

/** What the list is narrowed to; each change counts at once. */
export function Filters({ values, onChange }: { values: FilterValues; onChange: (values: FilterValues) => void }) {
  const { history: t, files, result } = texts.value
  const latest = useRef(values)
  latest.current = values
  const typing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(typing.current), [])
  const set = (name: FilterName, value: string) => onChange({ ...latest.current, [name]: value })

  return (
    <search class="filters" aria-label={t.filters}>
      <Field label={t.fileName}>
        {(control) => (
          <input
            {...control}
            type="search"
            maxLength={100}
            value={values.fileName ?? ''}
            onInput={({ currentTarget: { value } }) => {
              clearTimeout(typing.current)
              typing.current = setTimeout(() => set('fileName', value), TYPING_MS)
            }}
          />
        )}
      </Field>
      <Choice label={t.verdict} all={t.any} names={files.verdicts} value={values.verdict} onChoose={(value) => set('verdict', value)} />
      <Choice label={t.state} all={t.any} names={listed(result.states)} value={values.state} onChoose={(value) => set('state', value)} />
      <Choice label={t.kind} all={t.any} names={t.kinds} value={values.kind} onChoose={(value) => set('kind', value)} />
      <Day label={t.from} value={values.from} max={values.to} onChoose={(value) => set('from', value)} />
      <Day label={t.to} value={values.to} min={values.from} onChoose={(value) => set('to', value)} />
      {toPageQuery(values) !== '' && (
        <Button look="quiet" onClick={() => onChange({})}>
          {t.clear}
        </Button>
      )}
    </search>
  )
}

/** Files on their way in are not in the list. */
const listed = (states: Record<string, string>) => Object.fromEntries(Object.entries(states).filter(([name]) => name !== 'uploading'))

interface ChoiceProps {
  label: string
  all: string
  names: Record<string, string>
  value: string | undefined
  onChoose: (value: string) => void
}

function Choice({ label, all, names, value = '', onChoose }: ChoiceProps) {
  return (
    <Field label={label}>
      {(control) => (
        <select {...control} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
          <option value="">{all}</option>
          {Object.entries(names).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

function Day({ label, value = '', onChoose, ...bounds }: { label: string; value: string | undefined; min?: string | undefined; max?: string | undefined; onChoose: (value: string) => void }) {
  return (
    <Field label={label}>
      {(control) => <input {...control} {...bounds} type="date" value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)} />}
    </Field>
  )
}
