import { number, plural } from '../format.ts'
import type { Texts } from '../en.ts'

export const plan: Texts['plan'] = {
  names: { FREE: 'Free', PRO: 'Pro', PREMIUM: 'Premium' },
  yours: (name) => `Votre formule est ${name}.`,
  notShared: 'Les limites par minute sont momentanément comptées par chaque machine séparément ; les chiffres sont ceux de la machine qui répond.',
  limits: {
    'analyses-per-month': 'Analyses ce mois-ci',
    'files-in-flight': 'Fichiers en cours de traitement',
    analyses: 'Fichiers par minute',
    bytes: 'Volume de données par minute',
    uploads: 'Envois par minute',
    requests: 'Requêtes par minute',
    'event-streams': 'Flux d’événements ouverts'
  },
  of: (used, limit) => `${used} sur ${limit}`,
  usedUp: 'Épuisé.',
  windows: { minute: 'Rien n’est compté pour le moment.', atOnce: 'Simultanément.' },
  resets: (time) => `Remise à zéro : ${time}.`,
  compare: 'Les formules côte à côte',
  limit: 'Ce qui est compris',
  yoursShort: '(la vôtre)',
  rows: {
    analysesPerMonth: 'Analyses par mois',
    filesInFlight: 'Fichiers simultanés',
    analysesPerMinute: 'Fichiers par minute',
    bytesPerMinute: 'Volume de données par minute',
    uploadsPerMinute: 'Envois par minute',
    requestsPerMinute: 'Requêtes par minute',
    filesPerBatch: 'Fichiers par envoi',
    fileBytes: 'Taille maximale d’un fichier',
    retentionDays: 'Conservation des fichiers et résultats',
    eventStreams: 'Flux d’événements simultanés'
  },
  days: (count) => plural(count, { one: `${number(count)} jour`, other: `${number(count)} jours` }),
  buyTitle: 'Une autre formule',
  buy: (name) => `Acheter ${name}`,
  manage: 'Modifier ou résilier la souscription',
  invoices: 'Factures et paiement',
  elsewhere: 'Le paiement se fait sur les pages de Stripe. Une formule s’applique dès qu’elle est payée.',
  confirmFirst: 'Vous pourrez acheter une formule une fois votre adresse e-mail confirmée.'
}
