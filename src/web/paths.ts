/** Every address of the app: what the service answers with the page, and what the page shows there (`routes.tsx`). */
export const paths = [
  '/',
  '/sign-in',
  '/register',
  '/confirm',
  '/reset',
  '/history',
  '/batches/:id',
  '/analyses/:id',
  '/account',
  '/account/keys',
  '/account/webhooks',
  '/account/sessions',
  '/account/plan',
  '/shared/:token',
  '/verify',
  '/admin',
  '/admin/accounts',
  '/admin/queue',
  '/admin/failures',
  '/admin/audit'
] as const
export type Path = (typeof paths)[number]
