export const reset = {
  askTitle: 'Forgotten password',
  askIntro: 'We send you a link by which you choose another one.',
  email: 'E-mail address',
  ask: 'Send the link',
  askedTitle: 'Look into your mail',
  asked: (email: string) => `If there is an account for ${email}, a link is on its way to it. It is good for 30 minutes.`,
  title: 'Choose another password',
  password: 'New password',
  hint: (least: number) => `At least ${least} characters. Several words in a row are a good one. Everybody who is signed in to your account is signed out.`,
  submit: 'Change the password',
  done: 'Your password is changed, and everybody was signed out.',
  signIn: 'Sign in with it',
  expired: 'The link has been used already, or is more than 30 minutes old.',
  another: 'Have another one sent'
}
