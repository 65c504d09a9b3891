/** The verdict in words, what would help, and how sentences are put together. */
export const verdict = {
  '{before} {after}': '{before} {after}',
  '{before}, {after}': '{before}, {after}',
  '{said}': '{said}',
  'This was probably made by a generator.': 'Ce contenu a probablement été produit par un générateur.',
  'This was probably manipulated.': 'Ce contenu a probablement été manipulé.',
  'This is what a camera recorded and signed.': 'C’est bien ce qu’un appareil photo a enregistré et signé.',
  'Nothing was found that speaks against it, which does not mean that it is genuine.':
    'Rien de suspect n’a été trouvé, ce qui ne signifie pas que ce contenu soit authentique.',
  'What was found is too weak for a verdict.': 'Ce qui a été trouvé est trop faible pour un verdict.',
  'The undamaged file would help.': 'Le fichier intact aiderait à en savoir plus.',
  'The same picture saved as JPEG by the device itself would help.': 'La même image, enregistrée en JPEG par l’appareil lui-même, aiderait à en savoir plus.',
  'The original file, straight from the camera or the program that made it, would help.':
    'Le fichier original, tel que sorti de l’appareil ou du programme qui l’a produit, aiderait à en savoir plus.',
  'A larger version of it would help.': 'Une version plus grande aiderait à en savoir plus.',
  'A version of it that was compressed less would help.': 'Une version moins compressée aiderait à en savoir plus.',
  'Its Content Credentials stand elsewhere on the network, where nothing is fetched: reading them there would help.':
    'Ses Content Credentials se trouvent ailleurs sur le réseau, où rien n’est récupéré : les y lire aiderait à en savoir plus.',
  'A trust list would tell whether the signer of its Content Credentials is to be believed.':
    'Une liste de confiance dirait s’il faut croire le signataire de ses Content Credentials.',
  'Connecting a learned detector would help: without one, AI pictures that lost their metadata are not recognised.':
    'Connecter un détecteur entraîné aiderait : sans lui, les images d’IA qui ont perdu leurs métadonnées ne sont pas reconnues.',
  'To know more, look outside the file: where it first appeared, who made it, and other pictures of the same moment.':
    'Pour en savoir plus, cherchez hors du fichier : où il est apparu pour la première fois, qui l’a produit, et d’autres images du même moment.',
  'Nobody looked at the pixels who has learned what generators make: no model and no provider is connected. AI pictures that lost their metadata are not recognised without one.':
    'Aucun détecteur entraîné sur ce que produisent les générateurs n’a examiné les pixels : ni modèle ni prestataire n’est connecté. Sans cela, les images d’IA qui ont perdu leurs métadonnées ne sont pas reconnues.',
  'The pixels could not be looked at: this {kind} picture is damaged, or of a kind for which there is no decoder here. Only what stands around them was read.':
    'Les pixels n’ont pas pu être examinés : cette image {kind} est endommagée, ou d’un type pour lequel il n’y a pas de décodeur ici. Seul ce qui les entoure a été lu.',
  'The file is damaged or ends too early: a part of the picture is missing or distorted. The undamaged file may tell more.':
    'Le fichier est endommagé ou se termine trop tôt : une partie de l’image manque ou est déformée. Le fichier intact pourrait en dire plus.',
  'The picture itself, smaller, or a frame of the video.': 'L’image elle-même, réduite, ou une image de la vidéo.'
} as const
