import { PageTitle } from '../parts/PageTitle.tsx'
import { texts } from '../language/texts.ts'

export function NotFound() {
  const { layout: t } = texts.value
  return (
    <section class="narrow">
      <PageTitle>{t.notFoundTitle}</PageTitle>
      <p>{t.notFound}</p>
      <p>
        <a href="/">{t.toStart}</a>
      </p>
    </section>
  )
}
