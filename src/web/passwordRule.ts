import type * as rule from '../accounts/passwords.ts'

/** As the service has it, of which only types can come here: it does not compile when they differ. */
export const MIN_PASSWORD_LENGTH = 10 satisfies typeof rule.MIN_PASSWORD_LENGTH
export const MAX_PASSWORD_LENGTH = 256 satisfies typeof rule.MAX_PASSWORD_LENGTH
