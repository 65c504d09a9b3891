import { Button } from '../parts/Button.tsx'
import { Notice } from '../parts/Notice.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { texts } from '../language/texts.ts'

/** In place of a page whose files did not come: a newer version has others, or the connection is gone. */
export function NotLoaded() {
  const { layout: t } = texts.value
  return (
    <section class="narrow">
      <PageTitle>{t.brokenTitle}</PageTitle>
      <Notice tone="problem">{t.notLoaded}</Notice>
      <Button look="strong" onClick={() => location.reload()}>
        {t.reload}
      </Button>
    </section>
  )
}
