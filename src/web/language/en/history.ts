import { number, plural } from '../format.ts'

export const history = {
  title: 'History',
  filters: 'Filters',
  fileName: 'File name',
  verdict: 'Verdict',
  state: 'State',
  kind: 'Kind',
  kinds: { image: 'Picture', video: 'Video' },
  from: 'From',
  to: 'To',
  any: 'All',
  clear: 'Without filters',
  none: 'Nothing was analysed yet',
  sendFirst: 'Send the first file',
  noneFit: 'Nothing fits these filters',
  allAgain: 'Show everything',
  tickAll: 'Select all that are shown',
  tick: (name: string) => `Select ${name}`,
  delete: 'Delete',
  deleteTicked: (files: number) => plural(files, { one: 'Delete 1 analysis', other: `Delete ${number(files)} analyses` }),
  toBatch: 'Batch',
  more: 'Show more',
  loaded: (files: number) => plural(files, { one: '1 analysis is shown', other: `${number(files)} analyses are shown` })
}
