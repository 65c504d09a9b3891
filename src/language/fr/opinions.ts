/** What models and providers say, and why they say nothing. */
export const opinions = {
  'The model “{model}” could not be asked: it failed. The operator can check it with npm run model -- check.':
    'Le modèle « {model} » n’a pas pu être interrogé : il a échoué. L’exploitant peut le vérifier avec npm run model -- check.',
  'The model “{model}” gives {score, number} on a scale from 0 (photograph) to 1 (made by a generator).':
    'Le modèle « {model} » donne {score, number} sur une échelle de 0 (photographie) à 1 (produit par un générateur).',
  'How often it is wrong was never measured here, so it moves no verdict.': 'Son taux d’erreur n’a jamais été mesuré ici ; il ne pèse donc pas sur le verdict.',
  'Measured on {photographs, number} photographs it finds {percent} % of AI pictures at one false alarm in a hundred.':
    'Mesuré sur {photographs, number} photographies, il trouve {percent} % des images d’IA pour une fausse alarme sur cent.',
  'This score does not speak for a generator, and not against one either.': 'Ce score ne plaide pas pour un générateur, ni contre non plus.',
  'The model “{model}” gives the file a score of {score, number, ::.00} out of 1 on {question}.':
    'Le modèle « {model} » attribue au fichier un score de {score, number, ::.00} sur 1 pour {question}.',
  'the question whether it was made by a generator': 'la question de savoir s’il a été produit par un générateur',
  'the question whether it was manipulated': 'la question de savoir s’il a été manipulé',
  '“{label}”': '« {label} »',
  'Sightengine’s model that looks {looksFor} gives {medium} a score of {score, number, ::.00} out of 1.':
    'Le modèle de Sightengine qui cherche {looksFor} attribue à {medium} un score de {score, number, ::.00} sur 1.',
  'for what generators make': 'ce que produisent les générateurs',
  'for swapped or altered faces': 'des visages échangés ou altérés',
  'this picture': 'cette image',
  'this video': 'cette vidéo',
  'It is most like what {generator} makes.': 'Cela ressemble le plus à ce que produit {generator}.',
  'At {count, number} of {moments, number} moments its model that looks {looksFor} finds some, which may be a false alarm.':
    'À {count, number} moments sur {moments, number}, son modèle qui cherche {looksFor} en trouve, ce qui peut être une fausse alarme.',
  'Sightengine’s models see no sign in {medium} that it was generated (a score of {score, number, ::.00} out of 1) or that a face was altered, which does not mean that it is genuine.':
    'Les modèles de Sightengine ne voient dans {medium} aucun signe de génération (score de {score, number, ::.00} sur 1) ni de visage altéré, ce qui ne signifie pas que le contenu soit authentique.',
  '{provider} could not be asked.': '{provider} n’a pas pu être interrogé.',
  '{provider} did not answer in time.': '{provider} n’a pas répondu à temps.',
  '{provider} could not be reached.': '{provider} n’a pas pu être joint.',
  '{provider} was too busy to answer.': '{provider} était trop occupé pour répondre.',
  '{provider} answered that something is wrong with it.': '{provider} a répondu qu’il avait un problème.',
  '{provider} did not accept our credentials.': '{provider} n’a pas accepté nos identifiants.',
  '{provider} answered that our allowance is used up.': '{provider} a répondu que notre crédit est épuisé.',
  '{provider} could not read the file.': '{provider} n’a pas pu lire le fichier.',
  '{provider} did not accept the request.': '{provider} n’a pas accepté la requête.',
  '{provider} gave an answer that could not be understood.': '{provider} a donné une réponse incompréhensible.',
  '{provider} has failed too often of late and is left alone for a while.': '{provider} a échoué trop souvent ces derniers temps et n’est plus sollicité pour un moment.',
  '{provider} was asked about too many files at once.': '{provider} a été interrogé sur trop de fichiers à la fois.'
} as const
