import { sentence, type Value } from '../../language/sentence.ts'
import type { Json } from '../types.ts'
import type { Action, Credentials, Ingredient, Manifest } from './manifests.ts'

/** Enough to draw the history; what has more steps is said to have more. */
const maxShown = 24

/**
 * Who made and changed the file, as a structure to be drawn: the manifests, the active one first, each with its signer, time, program,
 * actions, and ingredients, which name their manifests by label.
 */
export function chainOf({ manifests, isComplete }: Credentials): { [key: string]: Json } {
  const shown = manifests.slice(0, maxShown)
  const hasMore = (manifest: Manifest) => manifest.actions.length > maxShown || manifest.ingredients.length > maxShown
  return {
    active: manifests[0].label,
    manifests: shown.map(manifestShown),
    isComplete: isComplete && shown.length === manifests.length && !shown.some(hasMore)
  }
}

function manifestShown(manifest: Manifest): Json {
  const { label, title, generator, signer, timeStamp, trust, isSignatureValid, mismatches, problems, actions, ingredients } = manifest
  return present({
    label,
    title,
    generator,
    signer: signer && present({ ...signer }),
    timeStamp: timeStamp && present({ ...timeStamp }),
    trust,
    isSignatureValid,
    mismatches,
    problems,
    actions: actions.slice(0, maxShown).map(actionShown),
    ingredients: ingredients.slice(0, maxShown).map(ingredientShown)
  })
}

function actionShown({ name, when, softwareAgent, digitalSourceType }: Action): Json {
  return present({ name, when, softwareAgent, digitalSourceType })
}

function ingredientShown({ title, mediaType, relation, manifest }: Ingredient): Json {
  return present({ title, mediaType, relation, manifest })
}

function present(members: { [key: string]: Json | undefined }): { [key: string]: Json } {
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined))
}

/** The signer as a reader would name it; undefined where the certificate names nobody. */
export function whoSigned({ signer }: Pick<Manifest, 'signer'>): string | undefined {
  const { organisation, name } = signer ?? {}
  if (organisation === undefined || name === undefined || name.startsWith(organisation)) return name ?? organisation
  return `${organisation} (${name})`
}

/** The same, for a sentence. */
export const signerOf = (manifest: Pick<Manifest, 'signer'>): Value => whoSigned(manifest) ?? sentence('an unknown signer')

/** By whom, with which program and since when, to stand behind “Content Credentials of”. @param who the signer, with what is said of them */
export function signedBy({ timeStamp, generator }: Pick<Manifest, 'timeStamp' | 'generator'>, who: Value): Value {
  const made = generator === undefined ? who : sentence('{who}, made with {program}', { who, program: generator })
  if (timeStamp === undefined) return made
  const day = timeStamp.time.slice(0, 10)
  return timeStamp.isTrusted
    ? sentence('{made}, time-stamped {day}', { made, day })
    : sentence('{made}, time-stamped {day} (by an authority that was not checked)', { made, day })
}
