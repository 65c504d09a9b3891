import { duration } from '../format.ts'

/** Problems that the service can't put into words, because it was not reached. */
export const problems = {
  noAnswer: 'The service could not be reached',
  checkConnection: 'Check the connection and try again.',
  unknown: (status: number) => `The service answered with status ${status}.`,
  wait: (seconds: number) => `You can try again in ${duration(seconds)}.`,
  waitIsOver: 'You can try again now.'
}
