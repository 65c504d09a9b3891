import { number } from '../format.ts'
import type { Texts } from '../en.ts'

export const viewer: Texts['viewer'] = {
  title: 'L’image et ses indices',
  picture: 'L’image',
  frame: 'Une image de la vidéo',
  keys: 'Plus et moins agrandissent et réduisent, les flèches déplacent, 0 montre le tout',
  hint: 'Cliquez dans l’image : la molette l’agrandit alors. Faites glisser pour la déplacer.',
  zoom: 'Taille',
  zoomIn: 'Agrandir',
  zoomOut: 'Réduire',
  whole: 'En entier',
  scale: (factor) => `${number(factor, 1)}×`,
  layer: 'Indice',
  none: 'Aucun : l’image seule',
  pictureAlone: 'Choisissez un calque pour voir où quelque chose a été mesuré.',
  show: 'Calque',
  opacity: 'Opacité',
  beside: 'Côte à côte',
  outlines: 'Contours',
  wide: 'Large',
  missing: 'Ce navigateur ne peut pas afficher l’image.',
  marked: 'Marqué : ce que la mesure désigne',
  ramp: 'Du sombre au clair : de peu à beaucoup de ce qui a été mesuré',
  contextOnly: 'À regarder : à elle seule, cette image ne change pas le verdict.'
}
