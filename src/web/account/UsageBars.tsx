import { useEffect } from 'preact/hooks'
import type { Answer } from '../../client/requests.ts'
import { bytes, dateTime, number, timeOfDay } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { Progress } from '../parts/Progress.tsx'
import type { Reading } from '../state/reading.ts'

type Usage = Answer<'GET /v1/usage'>
type Limit = Usage['limits'][number]

/** What people ask first stands first. */
const order: Array<Limit['name']> = ['analyses-per-month', 'files-in-flight', 'analyses', 'bytes', 'uploads', 'requests', 'event-streams']
/** From where on a limit is near. */
const NEAR = 0.8

/** A bar for each limit: how much of it is used, and when it is counted anew. */
export function UsageBars({ limits }: { limits: Limit[] }) {
  const shown = limits.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
  return (
    <ul class="usage sheet">
      {shown.map((limit) => (
        <Bar key={limit.name} {...limit} />
      ))}
    </ul>
  )
}

function Bar({ name, limit, used, windowSeconds, resetsAt }: Limit) {
  const { plan: t } = texts.value
  const amount = name === 'bytes' ? bytes : number
  const share = limit === 0 ? 1 : Math.min(1, used / limit)
  const left = limit - used
  return (
    <li data-level={left <= 0 ? 'full' : share >= NEAR ? 'near' : undefined}>
      <Progress label={t.limits[name]} share={share} value={t.of(amount(used), amount(limit))} />
      <p class="quiet">
        {left <= 0 && <strong>{t.usedUp} </strong>}
        {resetsAt === null ? t.windows[windowSeconds === null ? 'atOnce' : 'minute'] : t.resets(windowSeconds === null ? dateTime(resetsAt) : timeOfDay(resetsAt))}
      </p>
    </li>
  )
}

/** Looks again when the first of the limits that something is used of is counted anew. */
export function useUntilReset({ value, reload }: Reading<Usage>): void {
  const usage = value.value
  useEffect(() => {
    // That this was asked counts as a request itself: alone it is no reason to ask again.
    const used = usage?.limits.filter((limit) => limit.windowSeconds !== null && limit.used > (limit.name === 'requests' ? 1 : 0)) ?? []
    const resets = used.flatMap(({ resetsAt }) => (resetsAt === null ? [] : [Date.parse(resetsAt)]))
    if (resets.length === 0) return undefined
    const timer = setTimeout(() => void reload(), Math.max(1_000, Math.min(...resets) - Date.now() + 200))
    return () => clearTimeout(timer)
  }, [usage])
}
