import type { Texts } from '../en.ts'

export const reset: Texts['reset'] = {
  askTitle: 'Mot de passe oublié',
  askIntro: 'Nous vous envoyons un lien qui permet d’en choisir un autre.',
  email: 'Adresse e-mail',
  ask: 'Envoyer le lien',
  askedTitle: 'Consultez votre messagerie',
  asked: (email) => `S’il existe un compte pour ${email}, un lien est en route vers cette adresse. Il est valable 30 minutes.`,
  title: 'Choisir un autre mot de passe',
  password: 'Nouveau mot de passe',
  hint: (least) =>
    `Au moins ${least} caractères. Plusieurs mots à la suite conviennent bien. Toutes les sessions ouvertes sur votre compte seront fermées.`,
  submit: 'Changer le mot de passe',
  done: 'Votre mot de passe est changé, et toutes les sessions ont été fermées.',
  signIn: 'Se connecter avec',
  expired: 'Le lien a déjà servi, ou date de plus de 30 minutes.',
  another: 'En recevoir un autre'
}
