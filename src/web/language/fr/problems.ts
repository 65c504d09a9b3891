import type { Texts } from '../en.ts'
import { duration } from '../format.ts'

export const problems: Texts['problems'] = {
  noAnswer: 'Le service est injoignable',
  checkConnection: 'Vérifiez la connexion et réessayez.',
  unknown: (status) => `Le service a répondu avec le code ${status}.`,
  wait: (seconds) => `Vous pourrez réessayer dans ${duration(seconds)}.`,
  waitIsOver: 'Vous pouvez réessayer maintenant.'
}
