import type * as bindings from '@napi-rs/webcodecs'

type WebCodecs = typeof bindings

let loaded: Promise<WebCodecs | undefined> | undefined

/**
 * The decoders of FFmpeg behind the interface of WebCodecs. They are native code, built for the common platforms; where there is
 * no build for this one, films are analysed without looking at their frames.
 *
 * Loaded with the first frame that is to be decoded: 70 MB that a film without any is spared.
 */
export function webCodecs(): Promise<WebCodecs | undefined> {
  loaded ??= import('@napi-rs/webcodecs').catch(() => undefined)
  return loaded
}
