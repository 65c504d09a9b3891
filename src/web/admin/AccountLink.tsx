/** Leads to what an admin sees of an account. */
export function AccountLink({ id }: { id: string }) {
  return (
    <a class="mono" href={`/admin/accounts?account=${id}`}>
      {id}
    </a>
  )
}
