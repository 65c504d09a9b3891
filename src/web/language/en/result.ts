import { plural } from '../format.ts'

export const result = {
  title: 'Analysis',
  nameless: 'A file whose name is not kept',
  states: {
    uploading: 'The file is coming in',
    queued: 'Waiting for its turn',
    processing: 'Being examined',
    completed: 'Examined',
    failed: 'Could not be examined',
    cancelled: 'Cancelled'
  },
  explained: {
    uploading: 'It is examined as soon as all of it is here.',
    queued: 'The file is here. You can close this page: the result will be in your history.',
    processing: 'Pictures take seconds, videos up to a minute. You can close this page: the result will be in your history.'
  },
  before: (files: number) => (files === 0 ? 'It is the next of your files.' : plural(files, { one: '1 of your files came before it.', other: `${files} of your files came before it.` })),
  since: 'Sent',
  cancel: 'Cancel the analysis',
  wasCancelled: 'The analysis was cancelled before there was a verdict.',
  noReason: 'No reason is known.',
  cancelledNext: 'To have the file examined after all, send it again. A cancelled analysis does not count towards your month.',
  failedFileNext: 'The same file would fail again. Send it as it came from the camera, or save it anew in another format. A failed analysis does not count towards your month.',
  failedNext: 'The file itself may be in order: send it again. A failed analysis does not count towards your month.',
  sendAgain: 'Send a file',
  purged: (time: string) => `As you wished, nothing was kept: file, findings and pictures were removed on ${time}. Only hash and verdict are left.`,
  goneTitle: 'This analysis was deleted',
  gone: 'Its file and its pictures are gone.',
  toHistory: 'Go to the history',
  share: 'Share',
  report: 'Report (PDF)',
  download: 'Download the file',
  delete: 'Delete'
}
