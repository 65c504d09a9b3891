import { number } from '../format.ts'
import type { Texts } from '../en.ts'

export const sharing: Texts['sharing'] = {
  title: 'Partager le résultat',
  intro: 'Qui possède le lien voit le verdict, ses raisons et les images d’indices, sans compte. Le fichier lui-même n’est pas partagé, seulement une image réduite, sans métadonnées.',
  there: 'Un lien existe. Il a été montré au moment de sa création et n’est pas conservé en clair.',
  another: 'S’il est perdu, créez-en un nouveau. L’ancien prend alors fin.',
  include: 'Montrer aussi',
  leftOut: 'Ce qui n’est pas coché est omis.',
  inclusions: {
    location: 'le lieu de la prise de vue',
    serial_numbers: 'les numéros de série et autres identifiants',
    prompts: 'les invites (prompts)',
    file_name: 'le nom du fichier'
  },
  duration: 'Prend fin après',
  durations: { '7': '7 jours', '30': '30 jours', '365': '1 an', always: 'jamais, jusqu’à ce que je le retire' },
  make: 'Créer le lien',
  made: 'Le lien est prêt.',
  link: 'Lien vers le résultat',
  once: 'Il n’est montré que maintenant : copiez-le.',
  madeAt: (time) => `Créé le ${time}.`,
  endsAt: (time) => `Il prend fin le ${time}.`,
  endsNever: 'Il dure jusqu’à ce qu’il soit retiré.',
  showsNothingMore: 'Les lieux, les identifiants, les invites et le nom du fichier sont omis.',
  showsToo: (what) => `Il montre aussi ${what}.`,
  withdraw: 'Retirer le lien',
  withdrawn: 'Le lien est retiré.',
  reportTitle: 'Rapport',
  reportIntro: 'Un PDF avec le verdict, ses raisons et les images d’indices, signé, afin que chacun puisse vérifier qu’il vient d’ici et n’a pas été modifié. Il est dans la langue de cette page.',
  makeReport: 'Télécharger le rapport',
  reportMade: 'Le rapport est en cours d’enregistrement.',
  verifyReport: 'Où d’autres peuvent le vérifier',
  signature: 'Sa signature'
}

export const shared: Texts['shared'] = {
  title: 'Un résultat partagé',
  what: 'Quelqu’un partage avec vous ce que FakeTect a trouvé dans un fichier. Le résultat est montré tel quel ; le fichier lui-même n’est pas partagé.',
  leftOut: (what) => `Omis : ${what}.`,
  until: (time) => `Ce lien prend fin le ${time}.`,
  endedTitle: 'Ce lien ne mène plus nulle part',
  ended: 'Il a été retiré, a expiré ou n’a pas été copié en entier. Demandez-en un nouveau à qui vous l’a envoyé.'
}

export const dispute: Texts['dispute'] = {
  thisIsWrong: 'C’est faux',
  noted: 'Merci. Nous avons noté que ce verdict est faux.',
  more: 'Dites-en plus, si vous le souhaitez',
  truth: 'Qu’est-ce en réalité ?',
  truths: { ai_generated: 'Créé par une IA', manipulated: 'Manipulé', authentic: 'Authentique' },
  unknown: 'Je ne sais pas',
  note: 'Comment le savez-vous ?',
  noteHint: (most: number) => `Au plus ${number(most)} caractères.`,
  consent: 'Le fichier peut être conservé au-delà de son terme, afin d’évaluer FakeTect. Vous pouvez revenir sur cet accord à tout moment.',
  save: 'Enregistrer',
  saved: 'Enregistré.',
  savedWithFile: 'Enregistré ; une copie du fichier est conservée pour l’évaluation.',
  takeBack: 'Retirer',
  takenBack: 'C’est retiré.'
}
