import { plural } from '../format.ts'
import type { Texts } from '../en.ts'

export const facts: Texts['facts'] = {
  title: 'Le fichier',
  fileName: 'Nom',
  type: 'Type, d’après ses octets',
  size: 'Taille',
  dimensions: 'Dimensions',
  pixels: (width, height) => `${width} × ${height} pixels`,
  video: 'Vidéo',
  frameRate: (rate) => `${rate} images par seconde`,
  sound: 'Son',
  noSound: 'Aucun',
  channels: (channels) => plural(channels, { one: '1 canal', other: `${channels} canaux` }),
  sampleRate: (rate) => `${rate} Hz`,
  received: 'Reçu',
  examined: 'Examiné',
  engine: 'Moteur',
  note: 'Remarque',
  cached: 'Réponse tirée du résultat antérieur d’un fichier identique'
}
