import type { Texts } from '../en.ts'
import { number, plural } from '../format.ts'

export const batch: Texts['batch'] = {
  title: 'Lot',
  of: (time) => `Lot du ${time}`,
  files: 'Fichiers du lot',
  receiving: 'Ses fichiers sont encore en train d’arriver.',
  incomplete: 'La connexion a été coupée pendant l’envoi : ce qui était arrivé en entier a été pris en charge.',
  progress: (ended, all) => plural(ended, { one: `${number(ended)} terminé sur ${number(all)}`, other: `${number(ended)} terminés sur ${number(all)}` }),
  over: (files) => plural(files, { one: '1 fichier, et il est terminé.', other: `${number(files)} fichiers, et tous sont terminés.` }),
  cancel: 'Annuler ce qui n’est pas terminé',
  verdicts: 'Verdicts',
  withoutVerdict: 'Sans verdict',
  refused: (files) => plural(files, { one: '1 fichier n’a pas été pris', other: `${number(files)} fichiers n’ont pas été pris` })
}
