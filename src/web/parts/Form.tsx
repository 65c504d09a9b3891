import type { ReadonlySignal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import type { ProblemCode } from '../../client/problem.ts'
import { Problem } from '../api.ts'
import { texts } from '../language/texts.ts'
import { ProblemNotice } from './Notice.tsx'

/** Something that a person has asked for, and that may take a while or fail: never twice at once. */
export interface Action<Args extends unknown[]> {
  run: (...args: Args) => Promise<void>
  busy: ReadonlySignal<boolean>
  /** Why it failed the last time. */
  problem: ReadonlySignal<unknown>
}

/** `const save = useAction(async () => { await ask(…) })`; show `<ProblemNotice problem={save.problem.value} />`. */
export function useAction<Args extends unknown[]>(act: (...args: Args) => Promise<void>): Action<Args> {
  const busy = useSignal(false)
  const problem = useSignal<unknown>(undefined)
  async function run(...args: Args): Promise<void> {
    if (busy.peek()) return
    busy.value = true
    problem.value = undefined
    try {
      await act(...args)
    } catch (error) {
      problem.value = error
    } finally {
      busy.value = false
    }
  }
  return { run, busy, problem }
}

/** What is wrong with each field, by its name. */
export type FieldErrors = Partial<Record<string, string>>

/** What was filled in: fields by their names; one that isn't there, or isn't ticked, is empty. */
export interface Given {
  text: (name: string) => string
  all: (name: string) => string[]
}

interface FormProps {
  action: Action<[given: Given]>
  /** Which field a problem is about, by its code, where the service does not say so itself. */
  about?: Partial<Record<ProblemCode, string>>
  children: (errors: FieldErrors) => ComponentChildren
}

/**
 * A form with one action. What the browser finds wrong, and what the service says of a field (`body/email`), stands at the
 * field, and the first such field gets the focus; any other problem stands below the form.
 */
export function Form({ action, about = {}, children }: FormProps) {
  const wrong = useSignal<FieldErrors>({})
  const form = useRef<HTMLFormElement>(null)

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const { current } = form
    if (current === null) return
    wrong.value = errorsOf(current)
    if (Object.keys(wrong.value).length === 0) {
      await action.run(filledIn(current))
      const problem = action.problem.peek()
      if (problem instanceof Problem) wrong.value = ofService(problem, about, current)
    }
    const first = Object.keys(wrong.peek())[0]
    if (first !== undefined) firstOf(current.elements.namedItem(first))?.focus()
  }

  const atFields = Object.keys(wrong.value).length > 0
  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)}>
      {children(wrong.value)}
      {!atFields && <ProblemNotice problem={action.problem.value} />}
    </form>
  )
}

/** What the browser's own rules (`required`, `minlength`, `type`) find, in the page's language. */
function errorsOf(form: HTMLFormElement): FieldErrors {
  const { parts: t } = texts.value
  const controls = [...form.elements].filter((control) => control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)
  const entries = controls.filter(({ name, validity }) => name !== '' && !validity.valid).map((control): [string, string] => {
    const { name, validity, minLength, validationMessage } = control
    if (validity.valueMissing) return [name, t.required]
    if (validity.tooShort) return [name, t.tooShort(minLength)]
    if (validity.typeMismatch && control.type === 'email') return [name, t.invalidEmail]
    return [name, validationMessage]
  })
  return Object.fromEntries(entries)
}

/** The control of a name, or the first of several that share one. */
function firstOf(named: RadioNodeList | Element | null): HTMLElement | null {
  return (named instanceof RadioNodeList ? named[0] : named) as HTMLElement | null
}

function filledIn(form: HTMLFormElement): Given {
  const data = new FormData(form)
  const all = (name: string) => data.getAll(name).filter((value) => typeof value === 'string')
  return { text: (name) => all(name)[0] ?? '', all }
}

function ofService({ errors, code, message }: Problem, about: FormProps['about'], form: HTMLFormElement): FieldErrors {
  const named = errors.map(({ pointer, detail }): [string, string] => [pointer.split('/')[1] ?? '', detail])
  const field = about?.[code]
  if (field !== undefined) named.push([field, message])
  return Object.fromEntries(named.filter(([name]) => form.elements.namedItem(name) !== null))
}
