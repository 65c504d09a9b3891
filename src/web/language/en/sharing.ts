import { number } from '../format.ts'

export const sharing = {
  title: 'Share the result',
  intro: 'Whoever has the link sees the verdict, its reasons and the evidence pictures, without an account. The file itself is not shared, only a smaller picture of it without metadata.',
  there: 'There is a link. It was shown when it was made, and is not kept in clear.',
  another: 'If it got lost, make a new one. It ends the old one.',
  include: 'Also show',
  leftOut: 'What is not ticked is left out.',
  inclusions: {
    location: 'where it was taken',
    serial_numbers: 'serial numbers and other identifiers',
    prompts: 'prompts',
    file_name: 'the file name'
  },
  duration: 'Ends after',
  durations: { '7': '7 days', '30': '30 days', '365': '1 year', always: 'never, until I withdraw it' },
  make: 'Make the link',
  made: 'The link is there.',
  link: 'Link to the result',
  once: 'It is shown only now: copy it.',
  madeAt: (time: string) => `Made on ${time}.`,
  endsAt: (time: string) => `It ends on ${time}.`,
  endsNever: 'It lasts until it is withdrawn.',
  showsNothingMore: 'Places, identifiers, prompts and the file name are left out.',
  showsToo: (what: string) => `It also shows ${what}.`,
  withdraw: 'Withdraw the link',
  withdrawn: 'The link is withdrawn.',
  reportTitle: 'Report',
  reportIntro: 'A PDF with verdict, reasons and evidence pictures, signed so that anybody can check that it came from here and was not changed. It is in the language of this page.',
  makeReport: 'Download the report',
  reportMade: 'The report is being saved.',
  verifyReport: 'Where others can check it',
  signature: 'Its signature'
}

/** What somebody sees who was sent a link. */
export const shared = {
  title: 'A shared result',
  what: 'Somebody shares with you what FakeTect found in a file. It is shown as it was found; the file itself is not shared.',
  leftOut: (what: string) => `Left out: ${what}.`,
  until: (time: string) => `This link ends on ${time}.`,
  endedTitle: 'This link leads nowhere any more',
  ended: 'It was withdrawn, has expired, or was not copied whole. Ask whoever sent it for a new one.'
}

/** “This is wrong.” */
export const dispute = {
  thisIsWrong: 'This is wrong',
  noted: 'Thank you. It is noted that this verdict is wrong.',
  more: 'Tell more, if you like',
  truth: 'What is it truly?',
  truths: { ai_generated: 'Made by AI', manipulated: 'Manipulated', authentic: 'Authentic' },
  unknown: 'I don’t know',
  note: 'How do you know?',
  noteHint: (most: number) => `At most ${number(most)} characters.`,
  consent: 'The file may be kept beyond its time, to measure FakeTect with. You can withdraw this at any time.',
  save: 'Save',
  saved: 'Saved.',
  savedWithFile: 'Saved, and a copy of the file is kept to measure with.',
  takeBack: 'Take it back',
  takenBack: 'It is taken back.'
}
