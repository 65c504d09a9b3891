import { number, plural } from '../format.ts'

export const batch = {
  title: 'Batch',
  of: (time: string) => `Batch of ${time}`,
  files: 'Files of the batch',
  receiving: 'Its files are still coming in.',
  incomplete: 'The connection broke while the files came in: what had arrived whole by then was taken.',
  progress: (ended: number, all: number) => `${number(ended)} of ${number(all)} done`,
  over: (files: number) => plural(files, { one: '1 file, and it is done.', other: `${number(files)} files, and all are done.` }),
  cancel: 'Cancel what is not done',
  verdicts: 'Verdicts',
  withoutVerdict: 'Without a verdict',
  refused: (files: number) => plural(files, { one: '1 file was not taken', other: `${number(files)} files were not taken` })
}
