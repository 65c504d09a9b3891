import type { Texts } from '../en.ts'

export const register: Texts['register'] = {
  title: 'Créer un compte',
  name: 'Nom',
  nameHint: 'Comme vous aimez qu’on vous appelle. Vous pouvez le laisser vide.',
  email: 'Adresse e-mail',
  password: 'Mot de passe',
  passwordHint: (least) => `Au moins ${least} caractères. Plusieurs mots à la suite conviennent bien.`,
  submit: 'Créer le compte',
  haveOne: 'Vous en avez déjà un ?',
  signIn: 'Se connecter',
  doneTitle: 'Consultez votre messagerie',
  done: (email) => `Nous avons écrit à ${email}. Ouvrez le lien du message pour confirmer que cette adresse est la vôtre.`,
  meanwhile: 'Vous pouvez commencer dès maintenant, dans les limites de la formule Free.',
  begin: 'Commencer',
  signInFailed:
    'Le compte est là, mais la connexion n’a pas abouti. Si l’adresse avait déjà un compte, c’est son propre mot de passe qui compte.'
}
