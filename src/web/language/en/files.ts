import { number, plural } from '../format.ts'

/** Files in lists. */
export const files = {
  verdicts: {
    ai_generated: 'Probably made by AI',
    manipulated: 'Probably manipulated',
    authentic: 'Authentic',
    inconclusive: 'No conclusion'
  },
  refusals: {
    unsupported_file_type: 'This is no picture or video that can be analysed.',
    rate_limit_exceeded: 'Too much in too short a time.',
    quota_exceeded: 'The quota of the month is used up.',
    too_many_files: 'The request carries more files than it may.'
  },
  before: (files: number) => plural(files, { one: '1 of your files comes first', other: `${number(files)} of your files come first` }),
  deleted: (name: string) => `“${name}” is deleted.`,
  deletedSeveral: (files: number) => `${number(files)} analyses are deleted.`,
  notDeleted: (name: string) => `“${name}” could not be deleted.`
}
