import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { messageOf, Problem } from '../api.ts'
import { texts } from '../language/texts.ts'

/** Something to know, in place. A `problem` is said at once to those who hear the page. */
export function Notice({ tone = 'plain', children }: { tone?: 'plain' | 'good' | 'problem'; children: ComponentChildren }) {
  return (
    <div class="notice" data-tone={tone} role={tone === 'problem' ? 'alert' : undefined}>
      {children}
    </div>
  )
}

/** Why something failed; nothing when nothing did. Of a limit it counts the seconds until it opens. */
export function ProblemNotice({ problem }: { problem: unknown }) {
  if (problem === undefined) return null
  const waits = problem instanceof Problem && problem.status === 429 ? problem.retryAfterSeconds : undefined
  if (waits === undefined) return <Notice tone="problem">{messageOf(problem)}</Notice>
  return (
    <div class="notice" data-tone="problem">
      <p role="alert">{(problem as Problem).title}.</p>
      <Countdown key={problem} seconds={waits} />
    </div>
  )
}

function Countdown({ seconds }: { seconds: number }) {
  const { problems: t } = texts.value
  const left = useSignal(seconds)
  useEffect(() => {
    const endsAt = Date.now() + 1_000 * seconds
    const timer = setInterval(() => {
      left.value = Math.max(0, Math.ceil((endsAt - Date.now()) / 1_000))
      if (left.value === 0) clearInterval(timer)
    }, 1_000)
    return () => clearInterval(timer)
  }, [])
  return <p role="timer">{left.value > 0 ? t.wait(left.value) : t.waitIsOver}</p>
}
