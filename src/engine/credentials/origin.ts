import { claimOfType } from '../detectors/digitalSourceType.ts'
import { generatorNamed } from '../detectors/traces/names.ts'
import type { Action, Credentials, Ingredient, Manifest } from './manifests.ts'

/**
 * What the manifests of a store say, all together, of where the picture comes from. Whether they are to be believed is another
 * question, which stands in each of them.
 */

/** A declaration that speaks for something: AI, or several parts put together. */
export interface Declaration {
  /** `whole`: the picture itself. `change`: something in it, added or replaced later. `part`: an ingredient that was put in. */
  scope: 'whole' | 'change' | 'part'
  /** The word of IPTC's vocabulary; where a program's name alone says so, the word that it stands for. */
  type: string
  /** The program that did it. */
  by: string | undefined
  /** Whose word it is. */
  manifest: Manifest
}

const generated = 'trainedAlgorithmicMedia'
const beginnings = new Set(['c2pa.created', 'c2pa.opened'])

/**
 * All declarations in the store that are about this picture. The line of `parentOf` leads back through its own earlier states, so what
 * is said there is said of the whole. A `componentOf` is a part, unless it is all that there is: ChatGPT of 2025 wraps its
 * picture, declared inside, as the only component of a second manifest that says nothing of an origin. An `inputTo` was
 * used to make the picture, and is not in it: a photograph in a prompt, or a picture that a model only looked at.
 */
export function declarations({ manifests }: Credentials): Declaration[] {
  const byLabel = new Map(manifests.map((manifest) => [manifest.label, manifest]))
  const found: Declaration[] = []
  const seen = new Set<Manifest>()
  const waiting: { manifest: Manifest; isWhole: boolean }[] = [{ manifest: manifests[0], isWhole: true }]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { manifest, isWhole } = next
    if (seen.has(manifest)) continue
    seen.add(manifest)
    found.push(...declaredIn(manifest, isWhole))
    for (const ingredient of manifest.ingredients) {
      const inner = byLabel.get(ingredient.manifest ?? '')
      if (inner === undefined || ingredient.relation === 'inputTo') continue
      const staysWhole = isWhole && (ingredient.relation === 'parentOf' || isAllThereIs(manifest))
      // What is the whole comes first: a manifest that is reached both ways is that.
      if (staysWhole) waiting.unshift({ manifest: inner, isWhole: true })
      else waiting.push({ manifest: inner, isWhole: false })
    }
  }
  return found
}

function isAllThereIs({ ingredients, actions }: Manifest): boolean {
  return ingredients.length === 1 && !actions.some(({ name }) => name === 'c2pa.created')
}

function declaredIn(manifest: Manifest, isWhole: boolean): Declaration[] {
  const { actions, declaredTypes, ingredients } = manifest
  const isOriginal = !ingredients.some(({ relation }) => relation === 'parentOf')
  const declare = (type: string, by: string | undefined, isBeginning: boolean): Declaration => ({
    scope: !isWhole ? 'part' : isBeginning ? 'whole' : 'change',
    type,
    by,
    manifest
  })
  return [
    ...actions.flatMap((action) => {
      const type = typeOf(action)
      // Without a picture that was there before, whatever made something made all of it.
      const isBeginning = beginnings.has(action.name) || (isOriginal && !actions.some(({ name }) => beginnings.has(name)))
      return type === undefined ? [] : [declare(type, action.softwareAgent ?? manifest.generator, isBeginning)]
    }),
    ...declaredTypes.map((type) => declare(type, manifest.generator, true))
  ]
}

function typeOf({ name, digitalSourceType, softwareAgent = '' }: Action): string | undefined {
  if (digitalSourceType !== undefined) return claimOfType(digitalSourceType)?.supports == null ? undefined : digitalSourceType
  // Before the vocabulary was asked for, the name of the program that created the picture was all that was written.
  return name === 'c2pa.created' && generatorNamed(softwareAgent) !== undefined ? generated : undefined
}

const captures = new Set(['digitalcapture', 'computationalcapture'])

/**
 * Actions after which the picture still shows what the camera took: all of it, in its own colours. Copies of another size or
 * format, a turn by quarters, metadata, and marks that are not to be seen. Not among them: cropping, which can leave out
 * what matters, colours and brightness, which make day of night, and what a signer names in words of its own.
 */
const harmless = new Set([
  'c2pa.created',
  'c2pa.opened',
  'c2pa.published',
  'c2pa.saved',
  'c2pa.printed',
  'c2pa.converted',
  'c2pa.transcoded',
  'c2pa.repackaged',
  'c2pa.resized',
  'c2pa.resized.proportional',
  'c2pa.orientation',
  'c2pa.edited.metadata',
  'c2pa.addedMetadata',
  'c2pa.redacted',
  'c2pa.watermarked.bound',
  'c2pa.watermarked.unbound'
])

/** A history of more steps than that is no camera's picture any longer. */
const maxSteps = 10

/**
 * The manifest in which a camera says that it took this picture, where the whole way from there to the file is believed: each signer is
 * on the trust list, nothing fails, each step is harmless, and nothing was put in.
 *
 * An action counts only where its signer answers for it: what C2PA 2 calls gathered is passed on from whoever wrote it.
 */
export function capture(credentials: Credentials): Manifest | undefined {
  const { manifests, isComplete } = credentials
  if (!isComplete || declarations(credentials).length > 0) return undefined
  const byLabel = new Map(manifests.map((manifest) => [manifest.label, manifest]))
  let manifest: Manifest | undefined = manifests[0]
  for (let step = 0; step < maxSteps && manifest !== undefined; step++) {
    if (!isBelieved(manifest) || manifest.lacksActions || !manifest.actions.every(isHarmless)) return undefined
    const { actions, ingredients, isUpdate }: Manifest = manifest
    if (ingredients.length === 0) return isCapture(actions) ? manifest : undefined
    // Whoever has a parent and says nothing of what was done with it may have done anything.
    if (!isUpdate && !actions.some(({ name }) => name === 'c2pa.opened')) return undefined
    const parent: Ingredient | undefined = ingredients.length === 1 && ingredients[0]!.relation === 'parentOf' ? ingredients[0] : undefined
    manifest = byLabel.get(parent?.manifest ?? '')
  }
  return undefined
}

export function isBelieved({ trust, isSignatureValid, mismatches, problems }: Manifest): boolean {
  return trust === 'listed' && isSignatureValid && mismatches.length + problems.length === 0
}

function isHarmless({ name, digitalSourceType, isAttested }: Action): boolean {
  const type = digitalSourceType?.toLowerCase()
  return isAttested && harmless.has(name) && (type === undefined || captures.has(type))
}

function isCapture(actions: Action[]): boolean {
  return actions.some(({ name, digitalSourceType }) => name === 'c2pa.created' && captures.has(digitalSourceType?.toLowerCase() ?? ''))
}
