export const register = {
  title: 'Make an account',
  name: 'Name',
  nameHint: 'As you like to be called. You can leave it out.',
  email: 'E-mail address',
  password: 'Password',
  passwordHint: (least: number) => `At least ${least} characters. Several words in a row are a good one.`,
  submit: 'Make the account',
  haveOne: 'You have one already?',
  signIn: 'Sign in',
  doneTitle: 'Look into your mail',
  done: (email: string) => `We have written to ${email}. Open the link in the mail to confirm that the address is yours.`,
  meanwhile: 'You can begin meanwhile, within the limits of the plan Free.',
  begin: 'Begin',
  signInFailed: 'The account is there, but you could not be signed in. If the address had an account before, its own password counts.'
}
