import type { Texts } from '../en.ts'

export const welcome: Texts['welcome'] = {
  title: 'Peut-on se fier à cette image ?',
  lead: 'FakeTect examine des images et des vidéos, et montre ce qu’il a trouvé : ce qu’un fichier dit de lui-même, si ses signatures concordent, où il a été modifié après son enregistrement.',
  register: 'Créer un compte',
  signIn: 'Se connecter',
  answersTitle: 'Quatre réponses, et ce qui les fonde',
  answers: [
    { name: 'Créée par IA', text: 'Le fichier le dit lui-même, porte ce qu’un générateur laisse derrière lui, ou un modèle connecté par l’exploitant la reconnaît.' },
    { name: 'Manipulée', text: 'Une mesure le montre : une partie copiée, une autre enregistrée différemment du reste, une signature qui ne concorde plus.' },
    { name: 'Authentique', text: 'Dit seulement lorsqu’un appareil a signé ce qu’il a enregistré, que la signature concorde et que son fabricant figure sur la liste de confiance.' },
    { name: 'Pas de conclusion', text: 'Rien n’a été trouvé qui tranche. C’est une réponse, et la plus fréquente : l’absence de traces ne prouve pas l’absence de retouche.' }
  ],
  limitsTitle: 'Ce qu’il ne peut pas faire',
  limits: [
    'Il ne devine pas. Il n’y a pas de « score d’IA » tiré des seuls pixels : de tels scores échouent sur les générateurs qu’ils n’ont pas appris.',
    'Une image passée par une messagerie ou un réseau social a perdu la plupart de ses traces. Cherchez le fichier d’origine.',
    'Une image vraie peut être montrée avec une histoire fausse. Qui l’a prise, où et quand : c’est à des personnes de le vérifier.'
  ],
  filesTitle: 'Ce que deviennent vos fichiers',
  files: 'Ils sont examinés par ce service et par les détecteurs que son exploitant a connectés, et appartiennent à votre compte. Vous pouvez les supprimer à tout moment, ou choisir que rien ne soit conservé hormis une empreinte et le verdict.'
}
