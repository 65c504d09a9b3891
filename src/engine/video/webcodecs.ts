import type * as bindings from '@napi-rs/webcodecs'

type WebCodecs = typeof bindings

let loaded: Promise<WebCodecs | undefined> | undefined

/**
 * The decoders of FFmpeg behind the interface of WebCodecs. They are native code, built for the common platforms; where there is
 * no build for this one, films are analysed without looking at their frames.
 *
 * Loaded when the first film comes: a thread that only sees pictures is spared the 70 MB.
 */
export function webCodecs(): Promise<WebCodecs | undefined> {
  loaded ??= import('@napi-rs/webcodecs').catch(() => undefined)
  return loaded
}
