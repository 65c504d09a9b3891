import type { Texts } from '../en.ts'

export const signIn: Texts['signIn'] = {
  title: 'Se connecter',
  email: 'Adresse e-mail',
  password: 'Mot de passe',
  submit: 'Se connecter',
  forgotten: 'Mot de passe oublié ?',
  noAccount: 'Pas encore de compte ?',
  register: 'En créer un',
  byKey: 'Avec une clé d’API',
  byPassword: 'Avec un mot de passe',
  ways: 'Manière de se connecter',
  key: 'Clé d’API',
  keyHint: 'Elle commence par ft_live_. Elle est échangée contre une session et n’est pas conservée dans le navigateur. La session permet ce que la clé permet.',
  localHint: 'Sur votre propre machine, le service affiche la clé, et un lien qui vous connecte, là où il a été démarré.',
  ended: 'Veuillez vous connecter pour voir cette page.'
}
