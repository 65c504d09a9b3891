import type { AnalysisResource } from '../analyses/resource.ts'
import { sentence, type Sentence } from '../language/sentence.ts'
import { actionNames } from './actions.ts'
import type { Block, Tell } from './content.ts'
import { plainText } from './plainText.ts'

type Members = { [name: string]: unknown }

const maxSteps = 12
const maxNames = 12

/** Who made and changed the file, by its Content Credentials: the last step first. What it quotes was chosen by whoever signed. */
export function chainBlocks({ signals }: AnalysisResource, tell: Tell): Block[] {
  const measured = signals.find(({ detector, measured }) => detector === 'content_credentials' && Array.isArray(measured.manifests))?.measured
  const manifests = membersIn(measured?.manifests)
  if (measured === undefined || manifests.length === 0) return []
  const shown = manifests.slice(0, maxSteps)
  const titles = new Map(manifests.map(({ label, title }) => [label, textIn(title)]))
  const isWhole = measured.isComplete !== false && shown.length === manifests.length
  return [
    { kind: 'heading', text: tell(sentence('History, by its Content Credentials')) },
    ...shown.map((manifest, at) => stepOf(manifest, titles, at === shown.length - 1, tell)),
    ...(isWhole ? [] : [{ kind: 'text' as const, text: tell(sentence('There are further steps, which are not shown here.')) }])
  ]
}

function stepOf(manifest: Members, titles: Map<unknown, string | undefined>, isLast: boolean, tell: Tell): Block {
  const { title, generator, actions, ingredients, timeStamp } = manifest
  const signer = signerOf(manifest)
  const time = textIn((timeStamp as Members | undefined)?.time)
  const done = membersIn(actions).map(({ name }) => ifGiven(textIn(name), (name) => actionIn(name, tell)))
  const from = membersIn(ingredients).map(({ title, manifest }) => textIn(title) ?? titles.get(manifest))
  const lines: (Sentence | undefined)[] = [
    ifGiven(textIn(title), (title) => sentence('Title: {title}', { title })),
    trustOf(manifest),
    time === undefined || Number.isNaN(Date.parse(time)) ? undefined : sentence('Time-stamped {at, date, utc}', { at: Date.parse(time) }),
    ifGiven(textIn(generator), (program) => sentence('Made with {program}', { program })),
    ifGiven(listed(done), (list) => sentence('Done: {list}', { list })),
    ifGiven(listed(from), (list) => sentence('Made from: {list}', { list }))
  ]
  return {
    kind: 'step',
    title: tell(signer === undefined ? sentence('Signed by an unknown signer') : sentence('Signed by {signer}', { signer })),
    lines: lines.filter((line) => line !== undefined).map(tell),
    isLast
  }
}

/** An action that the specification does not know stands as it was written. */
function actionIn(name: string, tell: Tell): string {
  const known = name.startsWith('c2pa.') && Object.hasOwn(actionNames, name.slice(5)) ? actionNames[name.slice(5)] : undefined
  return known === undefined ? name : tell(known)
}

function signerOf({ signer }: Members): string | undefined {
  const { organisation, name } = (signer ?? {}) as Members
  const [who, more] = [textIn(organisation), textIn(name)]
  return who === undefined || more === undefined || more.startsWith(who) ? more ?? who : `${who} (${more})`
}

/** Whether it fits the file comes before whether its signer is believed. */
function trustOf({ trust, isSignatureValid, mismatches }: Members): Sentence {
  if (isSignatureValid !== true) return sentence('Its signature is not valid')
  if (Array.isArray(mismatches) && mismatches.length > 0) return sentence('It no longer fits what was signed')
  switch (trust) {
    case 'listed':
      return sentence('Its signer is on the trust list')
    case 'no_list':
      return sentence('Its signer was not checked: there is no trust list here')
    case 'expired':
      return sentence('The certificate of its signer has expired')
    case 'revoked':
      return sentence('The certificate of its signer was withdrawn')
    default:
      return sentence('Its signer is not on the trust list')
  }
}

const membersIn = (list: unknown): Members[] => (Array.isArray(list) ? list.filter((one): one is Members => typeof one === 'object' && one !== null) : [])

function textIn(value: unknown): string | undefined {
  const text = typeof value === 'string' ? plainText(value, 160) : ''
  return text === '' ? undefined : text
}

function listed(names: readonly (string | undefined)[]): string | undefined {
  const known = names.filter((name) => name !== undefined)
  if (known.length === 0) return undefined
  return plainText(known.length <= maxNames ? known.join(', ') : `${known.slice(0, maxNames).join(', ')} …`, 600)
}

const ifGiven = <Result>(text: string | undefined, then: (text: string) => Result) => (text === undefined ? undefined : then(text))
