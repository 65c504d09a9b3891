import type { Texts } from '../en.ts'

export const keys: Texts['keys'] = {
  title: 'Clés d’API',
  intro: 'Les programmes utilisent le service avec une clé, dans l’en-tête Authorization, comme jeton Bearer. Créez-en une pour chacun, afin de pouvoir la révoquer séparément.',
  confirmFirst: 'Vous pourrez créer des clés une fois votre adresse e-mail confirmée',
  make: 'Créer une clé',
  makeIt: 'Créer la clé',
  name: 'Nom',
  nameHint: 'À quoi elle sert, par exemple « service sinistres ».',
  mayDo: 'Ce qu’elle permet',
  scopes: {
    'analyses:read': 'lire les résultats',
    'analyses:write': 'envoyer et supprimer des fichiers',
    account: 'gérer le compte'
  },
  lifetime: 'Prend fin',
  lifetimes: { never: 'jamais', '7': 'après 7 jours', '30': 'après 30 jours', '90': 'après 90 jours', '365': 'après un an' },
  secretOf: (name) => `La clé « ${name} »`,
  none: 'Il n’y a pas encore de clé',
  noneHint: 'Une clé permet à l’un de vos programmes d’envoyer des fichiers et de lire les résultats.',
  expired: 'terminée',
  neverUsed: 'Jamais utilisée',
  lastUsed: 'Dernière utilisation :',
  madeAt: (day) => `créée le ${day}`,
  endsNever: 'sans fin',
  endsAt: (time) => `prend fin le ${time}`,
  revoke: 'Révoquer',
  revokeTitle: (name) => `Révoquer « ${name} » ?`,
  revokeWarning: 'Elle prend fin aussitôt et partout, de même que les sessions ouvertes avec elle. Les programmes qui l’utilisent seront refusés.',
  revokeForGood: 'La révoquer',
  revoked: (name) => `La clé « ${name} » est révoquée.`
}
