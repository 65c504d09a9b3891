import type { Texts } from '../en.ts'

export const account: Texts['account'] = {
  title: 'Votre compte',
  profileTitle: 'À propos de vous',
  email: 'Adresse e-mail',
  noEmail: 'aucune : ce compte s’utilise avec des clés d’API',
  confirmed: 'confirmée',
  unconfirmed: 'pas encore confirmée',
  plan: 'Formule',
  since: 'Créé le',
  id: 'Identifiant du compte',
  name: 'Nom',
  nameHint: 'Comme vous aimez qu’on vous appelle.',
  saveName: 'Enregistrer le nom',
  saved: 'Enregistré.',
  passwordTitle: 'Mot de passe',
  currentPassword: 'Votre mot de passe',
  newPassword: 'Nouveau mot de passe',
  newPasswordHint: (least) =>
    `Au moins ${least} caractères. Plusieurs mots à la suite conviennent bien. Toutes les autres sessions ouvertes sur votre compte sont déconnectées.`,
  changePassword: 'Changer le mot de passe',
  passwordChanged: 'Votre mot de passe est changé, et tous les autres navigateurs sont déconnectés.',
  retentionTitle: 'Ce qui est conservé',
  retentions: { plan: 'Fichiers et résultats, aussi longtemps que le prévoit la formule', none: 'Uniquement l’empreinte et le verdict' },
  retentionHints: {
    plan: 'D’ici là, vous pouvez revoir un résultat et ses indices, ou le supprimer plus tôt.',
    none: 'Le fichier est supprimé dès la fin de son analyse, avec ses métadonnées et ses indices.'
  },
  exportTitle: 'Vos données',
  exportIntro:
    'Tout ce qui est détenu sur votre compte, en un seul document JSON : analyses, clés sans leurs secrets, sessions, webhooks et leurs envois, consommation. Les fichiers n’y sont pas ; chaque analyse indique l’adresse du sien.',
  export: 'Tout télécharger',
  removeTitle: 'Supprimer le compte',
  removeIntro: 'Aussitôt et définitivement : toutes les sessions, clés et souscriptions prennent fin ; fichiers et résultats sont supprimés en quelques minutes.',
  remove: 'Supprimer le compte…',
  removeWarning: 'Personne ne pourra le rétablir, pas même nous. Téléchargez d’abord vos données si vous voulez en garder.',
  confirmById: 'Saisissez l’identifiant du compte, pour confirmer',
  removeForGood: 'Supprimer définitivement',
  removed: 'Votre compte est supprimé.'
}
