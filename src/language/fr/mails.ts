/** What is written to people. */
export const mails = {
  'If you did not ask for this, you need not do anything.': 'Si vous n’êtes pas à l’origine de cette demande, vous n’avez rien à faire.',
  'Confirm your e-mail address': 'Confirmez votre adresse e-mail',
  'Welcome to FakeTect. Please confirm that this is your e-mail address:': 'Bienvenue sur FakeTect. Veuillez confirmer que cette adresse e-mail est bien la vôtre :',
  'The link is good for one day.': 'Ce lien est valable un jour.',
  'The link is good for 30 minutes.': 'Ce lien est valable 30 minutes.',
  'You have an account already': 'Vous avez déjà un compte',
  'Somebody, probably you, wanted to make an account at FakeTect with this e-mail address. It has one already: just sign in.':
    'Quelqu’un, sans doute vous, a voulu créer un compte FakeTect avec cette adresse e-mail. Elle en a déjà un : connectez-vous simplement.',
  'If you have forgotten the password, choose another one here:': 'Si vous avez oublié le mot de passe, choisissez-en un autre ici :',
  'Choose another password': 'Choisissez un nouveau mot de passe',
  'Here you can choose another password for FakeTect:': 'Vous pouvez choisir ici un nouveau mot de passe pour FakeTect :',
  'Your password was changed': 'Votre mot de passe a été modifié',
  'The password of your account at FakeTect was changed, and everybody else who was signed in was signed out.':
    'Le mot de passe de votre compte FakeTect a été modifié, et toutes les autres sessions ont été fermées.',
  'If that was not you, have it reset on the page where you sign in, and look through your API keys.':
    'Si ce n’était pas vous, faites-le réinitialiser sur la page de connexion et vérifiez vos clés d’API.'
} as const
