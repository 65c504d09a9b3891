import { Button } from '../parts/Button.tsx'
import { Notice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { messageOf } from '../api.ts'
import { texts } from '../language/texts.ts'

/** In place of a page that has thrown. */
export function Broken({ error }: { error: unknown }) {
  const { layout: t } = texts.value
  return (
    <section class="narrow">
      <PageTitle takesFocus>{t.brokenTitle}</PageTitle>
      <Notice tone="problem">
        {t.broken} <code>{messageOf(error)}</code>
      </Notice>
      <Button look="strong" onClick={() => location.reload()}>
        {t.reload}
      </Button>
    </section>
  )
}
