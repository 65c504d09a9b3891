import type { Texts } from '../en.ts'

export const parts: Texts['parts'] = {
  cancel: 'Annuler',
  close: 'Fermer',
  copy: 'Copier',
  copied: 'Copié',
  copyFailed: 'Le navigateur ne permet pas à la page de copier. Sélectionnez le texte et copiez-le vous-même.',
  dismiss: 'Fermer',
  undo: 'Annuler',
  more: 'Afficher la suite',
  shownOnce: 'Cette valeur n’est montrée que maintenant et ne pourra plus l’être. Copiez-la, et gardez-la là où vous seul pouvez la lire.',
  haveIt: 'C’est noté',
  notices: 'Avis',
  loading: 'Chargement',
  required: 'Ce champ est nécessaire.',
  invalidEmail: 'Ce n’est pas une adresse e-mail.',
  tooShort: (least) => `Au moins ${least} caractères, s’il vous plaît.`,
  showPassword: 'Afficher',
  hidePassword: 'Masquer',
  showPasswordOf: (label) => `Afficher ce qui se trouve dans « ${label} »`
}
