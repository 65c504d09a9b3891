import { Type } from 'typebox'
import { paidPlans } from './stripe.ts'

/** What an account is told of what it can buy. */
export const BillingSchema = Type.Object({
  plans: Type.Array(Type.Enum(paidPlans), { description: 'What can be bought' }),
  subscribed: Type.Boolean({ description: 'Whether something is paid for, which the portal changes' }),
  hasPortal: Type.Boolean({ description: 'Whether something was ever bought: then the portal shows the invoices' })
})
