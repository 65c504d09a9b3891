import { AdminPages } from '../admin/AdminPages.tsx'
import { FailureList, type Failure } from '../admin/FailureList.tsx'
import { texts } from '../language/texts.ts'
import { Button } from '../parts/Button.tsx'
import { More } from '../parts/More.tsx'
import { PageTitle } from '../parts/PageTitle.tsx'
import { useListing } from '../state/listing.ts'

/** `/admin/failures`: the latest analyses that failed, of all accounts. */
export function AdminFailures() {
  const { admin: t } = texts.value
  const listing = useListing<Failure>('/v1/admin/failures', 'failures')
  const { items, refresh } = listing
  return (
    <AdminPages>
      <PageTitle>{t.failures}</PageTitle>
      <p>{t.failuresIntro}</p>
      <p>
        <Button onClick={() => void refresh()}>{t.refresh}</Button>
      </p>
      {items.value !== undefined && <FailureList failures={items.value} />}
      <More listing={listing} />
    </AdminPages>
  )
}
