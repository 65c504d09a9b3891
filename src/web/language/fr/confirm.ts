import type { Texts } from '../en.ts'

export const confirm: Texts['confirm'] = {
  title: 'Confirmer votre adresse e-mail',
  opened: 'Vous avez ouvert le lien que nous vous avons envoyé.',
  submit: 'Oui, c’est mon adresse',
  done: 'Merci : votre adresse est confirmée.',
  goOn: 'Continuer vers FakeTect',
  noToken: 'Cette adresse ne sert qu’avec le lien du message. Ouvrez ce lien, ou copiez-le en entier.',
  expired: 'Le lien a déjà servi, ou date de plus d’un jour. Connectez-vous pour en recevoir un autre.',
  another: 'En recevoir un autre',
  sent: 'Un autre message est en route, sauf si votre adresse est déjà confirmée.'
}
