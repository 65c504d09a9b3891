import type { Texts } from '../en.ts'
import { number, plural } from '../format.ts'

export const files: Texts['files'] = {
  verdicts: {
    ai_generated: 'Probablement créé par IA',
    manipulated: 'Probablement manipulé',
    authentic: 'Authentique',
    inconclusive: 'Sans conclusion'
  },
  refusals: {
    unsupported_file_type: 'Ce n’est pas une image ou une vidéo qui puisse être analysée.',
    rate_limit_exceeded: 'Trop de demandes en trop peu de temps.',
    quota_exceeded: 'Le quota du mois est épuisé.',
    too_many_files: 'La demande contient plus de fichiers qu’elle ne le peut.'
  },
  before: (files) => plural(files, { one: '1 de vos fichiers passe avant', other: `${number(files)} de vos fichiers passent avant` }),
  deleted: (name) => `« ${name} » est supprimé.`,
  deletedSeveral: (files) => `${number(files)} analyses sont supprimées.`,
  notDeleted: (name) => `« ${name} » n’a pas pu être supprimé.`
}
