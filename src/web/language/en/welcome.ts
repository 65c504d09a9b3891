export const welcome = {
  title: 'Can this picture be trusted?',
  lead: 'FakeTect examines pictures and videos, and shows what it has found: what a file says about itself, whether its signatures fit, where it was changed after it was saved.',
  register: 'Make an account',
  signIn: 'Sign in',
  answersTitle: 'Four answers, and what they rest on',
  answers: [
    { name: 'Made by AI', text: 'The file says so itself, carries what a generator leaves behind, or a model that the operator has connected recognises it.' },
    { name: 'Manipulated', text: 'A measurement shows it: a part that was copied, one saved differently from the rest, a signature that no longer fits.' },
    { name: 'Authentic', text: 'Said only when a camera signed what it recorded, the signature fits, and its maker is on the trust list.' },
    { name: 'No conclusion', text: 'Nothing was found that settles it. That is an answer, and the most frequent one: no sign of a change is no proof that there was none.' }
  ],
  limitsTitle: 'What it can’t do',
  limits: [
    'It does not guess. There is no “AI score” made of the pixels alone: such scores fail on generators that they were not trained on.',
    'A picture that went through a messenger or a social network has lost most of its traces. Look for the original file.',
    'A true picture can be shown with a false story. Who took it, where and when, is for people to check.'
  ],
  filesTitle: 'What happens to your files',
  files: 'They are examined by this service and by the detectors that its operator has connected, and belong to your account. You can delete them at any time, or choose to have nothing kept but a hash and the verdict.'
}
