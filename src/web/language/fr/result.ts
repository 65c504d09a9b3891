import { plural } from '../format.ts'
import type { Texts } from '../en.ts'

export const result: Texts['result'] = {
  title: 'Analyse',
  nameless: 'Un fichier dont le nom n’est pas conservé',
  states: {
    uploading: 'Le fichier est en cours d’envoi',
    queued: 'En attente de son tour',
    processing: 'En cours d’examen',
    completed: 'Examiné',
    failed: 'N’a pas pu être examiné',
    cancelled: 'Annulée'
  },
  explained: {
    uploading: 'Il sera examiné dès qu’il sera arrivé en entier.',
    queued: 'Le fichier est arrivé. Vous pouvez fermer cette page : le résultat figurera dans votre historique.',
    processing: 'Une image prend quelques secondes, une vidéo jusqu’à une minute. Vous pouvez fermer cette page : le résultat figurera dans votre historique.'
  },
  before: (files) => (files === 0 ? 'C’est le prochain de vos fichiers.' : plural(files, { one: '1 de vos fichiers est arrivé avant lui.', other: `${files} de vos fichiers sont arrivés avant lui.` })),
  since: 'Envoyé',
  cancel: 'Annuler l’analyse',
  wasCancelled: 'L’analyse a été annulée avant tout verdict.',
  noReason: 'La raison n’est pas connue.',
  cancelledNext: 'Pour faire tout de même examiner le fichier, renvoyez-le. Une analyse annulée n’est pas décomptée de votre mois.',
  failedFileNext: 'Le même fichier échouerait de nouveau. Envoyez-le tel qu’il est sorti de l’appareil, ou enregistrez-le dans un autre format. Une analyse qui échoue n’est pas décomptée de votre mois.',
  failedNext: 'Le fichier lui-même est peut-être en ordre : renvoyez-le. Une analyse qui échoue n’est pas décomptée de votre mois.',
  sendAgain: 'Envoyer un fichier',
  purged: (time) => `Comme vous l’avez souhaité, rien n’a été conservé : le fichier, les constatations et les images ont été supprimés le ${time}. Il ne reste que l’empreinte et le verdict.`,
  goneTitle: 'Cette analyse a été supprimée',
  gone: 'Son fichier et ses images ont disparu.',
  toHistory: 'Aller à l’historique',
  share: 'Partager',
  report: 'Rapport (PDF)',
  download: 'Télécharger le fichier',
  delete: 'Supprimer'
}
