/** What the signal on Content Credentials measured, as it can be drawn. Of a shared view a part may be left out. */

export interface Manifest {
  label: string
  title?: string
  generator?: string
  signer?: { organisation?: string; name?: string; issuer?: string; validUntil?: string }
  timeStamp?: { time?: string; authority?: string; isTrusted?: boolean }
  trust?: string
  isSignatureValid?: boolean
  mismatches?: string[]
  problems?: string[]
  actions?: Array<{ name?: string; when?: string; softwareAgent?: string; digitalSourceType?: string }>
  ingredients?: Ingredient[]
}

export interface Ingredient {
  title?: string
  mediaType?: string
  relation?: string
  manifest?: string
}

/** A signed step, and what it was made of. */
export interface Step {
  manifest: Manifest
  sources: Source[]
}

export interface Source {
  ingredient: Ingredient
  /** Undefined where it was not signed, or stands elsewhere in the chain already. */
  step: Step | undefined
}

const maxDepth = 8

export function manifestsOf(measured: { [name: string]: unknown }): Manifest[] {
  const { manifests } = measured
  return Array.isArray(manifests) ? (manifests as unknown[]).filter((one): one is Manifest => typeof one === 'object' && one !== null) : []
}

/**
 * The history as a tree, the file as it is at its root: each step with what it was made of. Every manifest stands in it once; those
 * that nothing refers to follow.
 */
export function stepsOf(measured: { [name: string]: unknown }): Step[] {
  const manifests = manifestsOf(measured)
  const byLabel = new Map(manifests.map((manifest) => [manifest.label, manifest]))
  const drawn = new Set<Manifest>()
  const stepOf = (manifest: Manifest, depth: number): Step => {
    drawn.add(manifest)
    const sources = (manifest.ingredients ?? []).map((ingredient) => {
      const source = ingredient.manifest === undefined ? undefined : byLabel.get(ingredient.manifest)
      return { ingredient, step: source === undefined || drawn.has(source) || depth >= maxDepth ? undefined : stepOf(source, depth + 1) }
    })
    return { manifest, sources }
  }
  const active = byLabel.get(String(measured.active)) ?? manifests[0]
  return [active, ...manifests].flatMap((manifest) => (manifest === undefined || drawn.has(manifest) ? [] : [stepOf(manifest, 0)]))
}

export function signerName({ signer }: Manifest): string | undefined {
  const { organisation, name } = signer ?? {}
  if (organisation === undefined || name === undefined || name.startsWith(organisation)) return name ?? organisation
  return `${organisation} (${name})`
}
