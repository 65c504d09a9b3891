export const signIn = {
  title: 'Sign in',
  email: 'E-mail address',
  password: 'Password',
  submit: 'Sign in',
  forgotten: 'Forgotten your password?',
  noAccount: 'No account yet?',
  register: 'Make one',
  byKey: 'With an API key',
  byPassword: 'With a password',
  ways: 'How to sign in',
  key: 'API key',
  keyHint: 'It begins with ft_live_. It is exchanged for a session and not kept in the browser. The session may do what the key may.',
  localHint: 'On your own machine the service prints the key, and a link that signs you in, where it was started.',
  ended: 'Please sign in to see this page.'
}
