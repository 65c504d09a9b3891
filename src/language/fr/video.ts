/** What is found in videos: their container, their frames. */
export const video = {
  'there is no decoder here for its codec': 'il n’y a pas de décodeur ici pour son codec',
  'they are damaged': 'elles sont endommagées',
  'the decoder breaks down on them': 'le décodeur échoue sur elles',
  'decoding them takes more memory than one file may have': 'leur décodage demande plus de mémoire que ce qui est accordé à un fichier',
  'the decoder does not come to an end with them': 'le décodeur n’en vient pas à bout',
  'they have more than {megapixels, number} million pixels': 'elles ont plus de {megapixels, number} millions de pixels',
  'The frames of the video ({megapixels, number} million pixels each) could not be looked at: {why}.':
    'Les images de la vidéo ({megapixels, number} Mpx chacune) n’ont pas pu être examinées : {why}.',
  'Some frames of the video ({megapixels, number} million pixels each) could not be looked at: {why}.':
    'Certaines images de la vidéo ({megapixels, number} Mpx chacune) n’ont pas pu être examinées : {why}.',
  '{frames, number} of {all, number} frames were looked at, spread over the video: {why}.':
    '{frames, number} images sur {all, number} ont été examinées, réparties sur toute la vidéo : {why}.',
  '{frames, number} of {all, number} or more frames were looked at, spread over the video: {why}.':
    '{frames, number} images sur {all, number} au moins ont été examinées, réparties sur toute la vidéo : {why}.',
  'the time for one analysis ended': 'le temps accordé à une analyse était écoulé',
  'looking at all of them would take too long': 'les examiner toutes prendrait trop de temps',
  'Only the first {frames, number} frames of the video were taken into account.': 'Seules les {frames, number} premières images de la vidéo ont été prises en compte.',

  // Container
  'The file names the camera {camera}, but was written by “{program}”: the video was saved again after it was recorded, by an app or an editing program. Most shared videos were.':
    'Le fichier nomme l’appareil {camera}, mais a été écrit par « {program} » : la vidéo a été réenregistrée après la prise de vue, par une application ou un logiciel de montage. C’est le cas de la plupart des vidéos partagées.',
  'The file was written by “{program}”, which is no camera’s own program: the video was coded or packed again. Most shared videos were.':
    'Le fichier a été écrit par « {program} », qui n’est le programme d’aucun appareil : la vidéo a été réencodée ou réencapsulée. C’est le cas de la plupart des vidéos partagées.',
  'The file names the camera {camera}, and nothing in it names a program that saved it again.':
    'Le fichier nomme l’appareil {camera}, et rien n’y nomme un programme qui l’aurait réenregistré.',
  'The file ({codec}) names neither a camera nor a program that is known to save videos again.':
    'Le fichier ({codec}) ne nomme ni un appareil ni un programme connu pour réenregistrer des vidéos.',
  'The video was trimmed or rearranged without coding it again: by its edit list {what}. A player that ignores the list shows what is hidden; phones trim this way.':
    'La vidéo a été raccourcie ou réorganisée sans être réencodée ; d’après sa liste de montage : {what}. Un lecteur qui ignore cette liste montre ce qui est masqué ; les téléphones coupent de cette façon.',
  '{hidden, number} of {stored, number} stored seconds are not shown (shown are {from} to {to})':
    '{hidden, number} des {stored, number} secondes enregistrées ne sont pas montrées (on voit de {from} à {to})',
  'the video is shown in {pieces, number} pieces': 'la vidéo est montrée en {pieces, number} morceaux',
  'a part is shown at another speed': 'une partie est montrée à une autre vitesse',
  'The video track holds parts that were coded in {ways, number} different ways: recordings were joined, or the camera changed its settings while it ran.':
    'La piste vidéo contient des parties encodées de {ways, number} façons différentes : des enregistrements ont été réunis, ou l’appareil a changé de réglages en cours de route.',
  'The dates in the file do not agree: by them, {what}. A wrong clock or a program that carries old dates along does that as well.':
    'Les dates du fichier ne concordent pas ; d’après elles, {what}. Une horloge mal réglée ou un programme qui reprend d’anciennes dates produit le même effet.',
  'something in it was changed before it was made ({modified}, {created})': 'un élément a été modifié avant d’avoir été créé ({modified}, {created})',
  'its tracks were made on different days': 'ses pistes ont été créées à des jours différents',

  // Frames
  '{missing, number} missing': 'manquantes : {missing, number}',
  '{frames, number} repeated': 'répétées : {frames, number}',
  '{frames, number} frames again': 'de nouveau {frames, number} images',
  'group of pictures cut short': 'groupe d’images interrompu',
  'A stretch of {frames, number} frames stands in the video twice, byte for byte (at {first} and {again}): somebody inserted it.':
    'Un passage de {frames, number} images se trouve deux fois dans la vidéo, octet pour octet (à {first} et à {again}) : quelqu’un l’a inséré.',
  'By the time stamps {missing, plural, one {# frame is} other {# frames are}} missing (after {after}).':
    'D’après les horodatages, {missing, plural, one {# image manque} other {# images manquent}} (après {after}).',
  'Within movement, frames are shown again (after {after}).': 'En plein mouvement, des images sont montrées de nouveau (après {after}).',
  'The regular groups of coded frames break off early before {before}, where the recording may have been cut or joined.':
    'Les groupes réguliers d’images codées s’interrompent trop tôt avant {before}, où l’enregistrement a pu être coupé ou raccordé.',
  'Busy phones and converters cause the like.': 'Des téléphones surchargés et des convertisseurs produisent le même effet.',
  'Frames are repeated at equal steps: the video was brought to another frame rate.': 'Des images sont répétées à intervalles réguliers : la vidéo a été convertie à une autre cadence.',
  'No frames were found to be missing or repeated.': 'Aucune image manquante ou répétée n’a été trouvée.',
  'None of the frames could be looked at.': 'Aucune des images n’a pu être examinée.',
  'Looked at: {lookedAt, number} of {frames, number} frames, in {seconds, number} of {all, number} seconds.':
    'Examinées : {lookedAt, number} images sur {frames, number}, dans {seconds, number} secondes sur {all, number}.',
  '{moments} and {more, number} more': '{moments} et {more, number} autres',
  'Frames from all over the video with their times, in minutes and seconds. They are shown for orientation: nothing was measured in them that this picture shows.':
    'Des images de toute la vidéo avec leur moment, en minutes et secondes. Elles servent de repères : rien de ce que montre cette planche n’y a été mesuré.',
  'Each row holds a frame and the one after it, in coarse grey: the two show the same although the video moves before and after. It does not tell who repeated the frame, or why.':
    'Chaque ligne contient une image et la suivante, en gris grossier : les deux montrent la même chose alors que la vidéo bouge avant et après. Cela ne dit pas qui a répété l’image, ni pourquoi.',
  'In {found, number} of {lookedAt, number} frames that were examined as pictures (at {moments}): {meaning} How often that is said of untouched video is not known, so it does not count for the verdict.':
    'Dans {found, number} des {lookedAt, number} images examinées comme des photographies (à {moments}) : {meaning} On ne sait pas combien de fois cela est dit d’une vidéo intacte ; cela ne compte donc pas pour le verdict.',
  'The frame at {at}.': 'L’image à {at}.',
  'Most measurements that are made in pictures say nothing in the frames of a video, which are coded in moving blocks, and were not made.':
    'La plupart des mesures faites sur les photographies ne disent rien dans les images d’une vidéo, codées en blocs mobiles ; elles n’ont pas été faites.',
  'Others, such as the search for copied parts, looked at {frames, plural, one {# frame} other {# frames}}.':
    'D’autres, comme la recherche de parties copiées, ont examiné {frames, plural, one {# image} other {# images}}.',
  'A still from the same camera, if there is one, could tell more.': 'Une photographie du même appareil, s’il en existe une, pourrait en dire plus.'
} as const
