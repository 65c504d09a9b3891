export const confirm = {
  title: 'Confirm your e-mail address',
  opened: 'You have opened the link that we sent you.',
  submit: 'Yes, this is my address',
  done: 'Thank you: your address is confirmed.',
  goOn: 'Go on to FakeTect',
  noToken: 'This address is only of use with the link in the mail. Open that link, or copy the whole of it.',
  expired: 'The link has been used already, or is more than a day old. Sign in to have another one sent.',
  another: 'Have another one sent',
  sent: 'Another mail is on its way, unless your address is confirmed already.'
}
