import { fileWords } from './fileWords.ts'
import { mails } from './mails.ts'
import { opinions } from './opinions.ts'
import { pixels } from './pixels.ts'
import { problems } from './problems.ts'
import { report } from './report.ts'
import { validation } from './validation.ts'
import { verdict } from './verdict.ts'
import { video } from './video.ts'

/** Every sentence of the service, in French: a message in ICU's syntax under its English text. */
export const french = { ...problems, ...validation, ...mails, ...report, ...verdict, ...pixels, ...fileWords, ...video, ...opinions } as const
