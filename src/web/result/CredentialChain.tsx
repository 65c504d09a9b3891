import type { ComponentChildren } from 'preact'
import { dateTime } from '../language/format.ts'
import { texts } from '../language/texts.ts'
import { manifestsOf, signerName, stepsOf, type Ingredient, type Manifest, type Source, type Step } from './chain.ts'
import { named } from './names.ts'

export const holdsChain = (measured: { [name: string]: unknown }): boolean => manifestsOf(measured).length > 0

/** Who made and changed the file, by its Content Credentials: the last step first, with what each was made of. */
export function CredentialChain({ measured }: { measured: { [name: string]: unknown } }) {
  const { credentials: t } = texts.value
  const steps = stepsOf(measured)
  return (
    <div class="chain">
      <h4>{t.title}</h4>
      <ol>
        {steps.map((step, index) => (
          <StepItem key={step.manifest.label} step={step} heading={index === 0 ? t.thisFile : t.further} />
        ))}
      </ol>
      {measured.isComplete === false && <p class="quiet">{t.incomplete}</p>}
    </div>
  )
}

function StepItem({ step: { manifest, sources }, heading }: { step: Step; heading: string }) {
  const { credentials: t } = texts.value
  const { title, generator, timeStamp, actions = [] } = manifest
  const state = stateOf(manifest)
  return (
    <li class="step" data-state={state}>
      <p class="step-heading">
        {heading}
        {title !== undefined && <span class="quiet"> {title}</span>}
      </p>
      <p>
        <strong>{t.signedBy(signerName(manifest) ?? t.unknownSigner)}</strong>
      </p>
      <p class="step-state">{t.states[state]}</p>
      <dl>
        {generator !== undefined && <Fact name={t.tool}>{generator}</Fact>}
        {timeStamp?.time !== undefined && !Number.isNaN(Date.parse(timeStamp.time)) && (
          <Fact name={t.time}>
            <time dateTime={timeStamp.time}>{dateTime(timeStamp.time)}</time>
            {timeStamp.authority !== undefined && <span class="quiet"> {t.by(timeStamp.authority, timeStamp.isTrusted === true)}</span>}
          </Fact>
        )}
        {actions.length > 0 && (
          <Fact name={t.actions}>
            <ol class="actions">
              {actions.map((action, index) => (
                <li key={index}>{actionText(action)}</li>
              ))}
            </ol>
          </Fact>
        )}
        {manifest.signer?.issuer !== undefined && <Fact name={t.issuer}>{manifest.signer.issuer}</Fact>}
      </dl>
      {sources.length > 0 && (
        <>
          <p class="step-sources">{t.madeOf}</p>
          <ol>
            {sources.map((source, index) => (
              <SourceItem key={index} source={source} />
            ))}
          </ol>
        </>
      )}
    </li>
  )
}

function SourceItem({ source: { ingredient, step } }: { source: Source }) {
  const { credentials: t } = texts.value
  const relation = relationName(ingredient)
  if (step !== undefined) return <StepItem step={step} heading={relation} />
  return (
    <li class="step" data-state="unsigned">
      <p class="step-heading">
        {relation}
        <span class="quiet"> {ingredient.title ?? ingredient.mediaType ?? ''}</span>
      </p>
      <p class="step-state">{ingredient.manifest === undefined ? t.states.unsigned : t.shownElsewhere}</p>
    </li>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Whether it fits the file comes before whether its signer is believed. */
function stateOf({ trust, isSignatureValid, mismatches = [] }: Manifest) {
  if (isSignatureValid !== true) return 'invalid_signature'
  if (mismatches.length > 0) return 'mismatch'
  return trust === 'listed' || trust === 'no_list' || trust === 'expired' || trust === 'revoked' ? trust : 'not_listed'
}

function relationName({ relation = '' }: Ingredient): string {
  const { credentials: t } = texts.value
  return named(t.relations, relation) ?? t.ingredient
}

function actionText({ name = '', when, softwareAgent, digitalSourceType }: NonNullable<Manifest['actions']>[number]): string {
  const { credentials: t } = texts.value
  const what = named(t.actionNames, name.replace(/^c2pa\./, '')) ?? name.replaceAll('_', ' ')
  const type = digitalSourceType === undefined ? undefined : (named(t.sourceTypes, digitalSourceType) ?? digitalSourceType)
  const at = when === undefined || Number.isNaN(Date.parse(when)) ? undefined : dateTime(when)
  const details = [softwareAgent, type, at].filter((detail) => detail !== undefined)
  return details.length === 0 ? what : `${what} (${details.join(' · ')})`
}
