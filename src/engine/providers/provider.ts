import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { MediaKind, Signal } from '../types.ts'
import type { SampledVideo } from '../video/stills.ts'
import type { Circuit } from './caller.ts'

/** A medium as a provider is given it. The bytes are shared by all providers that look at it: none may change them. */
export interface ProviderMedia {
  bytes: Uint8Array<ArrayBuffer>
  mediaType: string
  /** What the engine's thread has taken from a video: nothing is decoded in the main thread. Undefined for pictures. */
  sampled?: SampledVideo | undefined
}

/**
 * Somebody outside who is asked for an opinion over the network. It reports signals, as a detector does; `verdict.ts`
 * alone concludes. It runs in the main thread beside many others, so it waits and does not compute.
 */
export interface Provider {
  /** Stable, lower_snake_case; the `detector` of its signals, whatever they say themselves. */
  id: string
  /** Changes whenever the same bytes may be answered otherwise: another model, another calibration. */
  version: string
  kinds: readonly MediaKind[]
  /**
   * @param signal fires when the answer is no longer wanted; its sockets are to be closed then
   * @param dueAt when it will fire for lateness, by `performance.now()`: a pause that would end later is not worth beginning
   * @throws whatever went wrong: the verdict is then drawn from what is left
   */
  examine(media: ProviderMedia, signal: AbortSignal, dueAt: number): Promise<Signal[]>
  /** Whether it is asked at all at the moment; left out where it always is. */
  circuit?: () => Circuit
  /** Lets go of its connections, when nobody asks any longer. */
  close?: () => Promise<void>
}

/**
 * Loads the providers of a module whose default export is `Provider[]`.
 * @throws when there is no such module, or when it exports something else
 */
export async function loadProviders(path: string | undefined): Promise<readonly Provider[]> {
  if (path === undefined) return []
  const { default: providers } = (await import(pathToFileURL(resolve(path)).href)) as { default: unknown }
  if (!Array.isArray(providers) || !providers.every(isProvider)) {
    throw new TypeError(`The default export of ${path} is not an array of providers`)
  }
  return providers
}

function isProvider(value: unknown): value is Provider {
  const provider = value as Partial<Provider> | null
  return (
    typeof provider?.id === 'string' &&
    typeof provider.version === 'string' &&
    Array.isArray(provider.kinds) &&
    typeof provider.examine === 'function'
  )
}

/**
 * The engine's version (see `versionUnder`) with those of whom it asks: a result of other providers is no answer for a new upload.
 */
export function versionWith(engineVersion: string, providers: readonly Provider[]): string {
  return [engineVersion, ...providers.map(({ id, version }) => `${id}@${version}`).sort()].join('+')
}
