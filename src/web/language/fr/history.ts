import type { Texts } from '../en.ts'
import { number, plural } from '../format.ts'

export const history: Texts['history'] = {
  title: 'Historique',
  filters: 'Filtres',
  fileName: 'Nom du fichier',
  verdict: 'Verdict',
  state: 'État',
  kind: 'Type',
  kinds: { image: 'Image', video: 'Vidéo' },
  from: 'Du',
  to: 'Au',
  any: 'Tous',
  clear: 'Sans filtres',
  none: 'Rien n’a encore été analysé',
  sendFirst: 'Envoyer le premier fichier',
  noneFit: 'Rien ne correspond à ces filtres',
  allAgain: 'Tout afficher',
  tickAll: 'Sélectionner tout ce qui est affiché',
  tick: (name) => `Sélectionner ${name}`,
  delete: 'Supprimer',
  deleteTicked: (files) => plural(files, { one: 'Supprimer 1 analyse', other: `Supprimer ${number(files)} analyses` }),
  toBatch: 'Lot',
  more: 'Afficher la suite',
  loaded: (files) => plural(files, { one: '1 analyse est affichée', other: `${number(files)} analyses sont affichées` })
}
