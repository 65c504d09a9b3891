import { Button } from '../parts/Button.tsx'
import { ProblemNotice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { texts } from '../language/texts.ts'
import { loadSession } from '../state/session.ts'

/** When the service does not even say who is signed in. */
export function OutOfReach({ problem }: { problem: unknown }) {
  const { layout: t } = texts.value
  return (
    <section class="narrow">
      <PageTitle>{t.outOfReachTitle}</PageTitle>
      <ProblemNotice problem={problem} />
      <Button look="strong" onClick={() => void loadSession()}>
        {t.tryAgain}
      </Button>
    </section>
  )
}
