import { announcements } from '../state/announcements.ts'

/** Where `announce` is heard. The regions are there from the beginning: what appears with its words may go unsaid. */
export function Announcer() {
  return (
    <div class="only-heard">
      <p role="status">{announcements.polite}</p>
      <p role="alert">{announcements.assertive}</p>
    </div>
  )
}
