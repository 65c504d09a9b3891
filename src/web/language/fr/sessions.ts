import type { Texts } from '../en.ts'

export const sessions: Texts['sessions'] = {
  title: 'Sessions',
  intro: 'Là où votre compte est connecté. Mettez fin à ce que vous ne reconnaissez pas, puis changez votre mot de passe.',
  current: 'ce navigateur',
  unknownDevice: 'Un programme qui ne dit pas son nom',
  lastSeen: 'Dernière activité :',
  since: (time) => `depuis le ${time}`,
  until: (time) => `au plus tard jusqu’au ${time}`,
  byKey: 'ouverte avec une clé d’API',
  end: 'Déconnecter',
  ended: (device) => `Session déconnectée : ${device}.`,
  endOthers: 'Déconnecter partout ailleurs',
  endOthersWarning: 'Tous les autres navigateurs devront se reconnecter. Les clés d’API continuent de fonctionner.',
  endThem: 'Les déconnecter',
  othersEnded: 'Vous êtes déconnecté partout ailleurs.'
}
