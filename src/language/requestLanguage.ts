import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { preferredLanguage, type Language } from './language.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What its client would rather read, by `Accept-Language`. */
    readonly language: Language
  }
}

/** Every request knows its language. */
export const requestLanguage = fp(async (app) => {
  app.decorateRequest('language', {
    getter(this: FastifyRequest) {
      return languageOf(this)
    }
  })
}, { name: 'request-language' })

/** Also of a request that was refused before it was decorated. */
export const languageOf = ({ headers }: Pick<FastifyRequest, 'headers'>): Language => preferredLanguage(headers['accept-language'])

/** To be asked for the language of an answer that depends on it, which it then says of itself. */
export function answerLanguage(request: FastifyRequest, reply: FastifyReply): Language {
  const language = languageOf(request)
  const vary = reply.getHeader('vary')
  reply.headers({ 'content-language': language, vary: vary === undefined ? 'Accept-Language' : `${String(vary)}, Accept-Language` })
  return language
}
