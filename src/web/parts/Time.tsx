import { ago, dateTime } from '../language/format.ts'

/** A moment; `relative` for lists (“3 minutes ago”), with the exact time when pointed at. */
export function Time({ at, relative = false }: { at: string; relative?: boolean }) {
  const exact = dateTime(at)
  return (
    <time dateTime={at} title={relative ? exact : undefined}>
      {relative ? ago(at) : exact}
    </time>
  )
}
