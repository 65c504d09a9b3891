import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/**
 * `manifest.json` beside a `model.onnx`: all that has to be known to ask a classifier whether a picture was made by a generator, and to
 * tell what its answer is worth.
 */
export const Manifest = Type.Object({
  /** Stable, lower_snake_case; with `model_` before it the `detector` of its signals. */
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9_]{0,59}$' }),
  /** As people know it. */
  title: Type.String({ minLength: 1, maxLength: 200 }),
  input: Type.Object({
    /** Pixels, as the network takes them. */
    width: Type.Integer({ minimum: 8, maximum: 2048 }),
    height: Type.Integer({ minimum: 8, maximum: 2048 }),
    /** The order of the tensor's dimensions: picture, channel, row, column. */
    layout: Type.Union([Type.Literal('NCHW'), Type.Literal('NHWC')]),
    channels: Type.Union([Type.Literal('RGB'), Type.Literal('BGR')]),
    /** A value of 0–255 becomes (value × scale − mean) / std, channel by channel in the order above. */
    scale: Type.Number(),
    mean: Type.Array(Type.Number(), { minItems: 3, maxItems: 3 }),
    std: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 3, maxItems: 3 }),
    /**
     * How a picture comes to that size: `stretch` both sides; `center_crop`: the shorter side to `resizeTo` pixels, then the middle;
     * `tiles`: parts of that size as they are, evenly spread, of which the mean answer counts.
     */
    crop: Type.Union([Type.Literal('stretch'), Type.Literal('center_crop'), Type.Literal('tiles')]),
    resizeTo: Type.Optional(Type.Integer({ minimum: 8, maximum: 4096 })),
    interpolation: Type.Union([Type.Literal('nearest'), Type.Literal('linear'), Type.Literal('cubic'), Type.Literal('lanczos3')])
  }),
  output: Type.Object({
    /** What makes probabilities of the network's numbers; `none` where they are some already. */
    activation: Type.Union([Type.Literal('softmax'), Type.Literal('sigmoid'), Type.Literal('none')]),
    /** In the order of the network's numbers. */
    classes: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
    /** Which of them mean that a generator made the picture; their probabilities are added. */
    generated: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 1000 })
  }),
  /** Measured by `npm run model -- add`; without it the model's word is shown, and moves no verdict. */
  calibration: Type.Optional(
    Type.Object({
      /** log10 of the likelihood ratio = intercept + slope × logit of the score, the logit as natural logarithm. */
      intercept: Type.Number(),
      slope: Type.Number({ minimum: 0 }),
      /** The likelihood ratio never goes beyond: so few photographs bear out no more. */
      maxLog10LikelihoodRatio: Type.Number({ minimum: 0, maximum: 3 }),
      measured: Type.Object({
        photographs: Type.Integer({ minimum: 0 }),
        generated: Type.Integer({ minimum: 0 }),
        /** Area under the receiver operating characteristic. */
        auc: Type.Number({ minimum: 0, maximum: 1 }),
        /** Share of the generated pictures found where one photograph in a hundred would be taken for one. */
        recallAtOnePercent: Type.Number({ minimum: 0, maximum: 1 })
      })
    })
  ),
  /** The model card, in short: shown with its answer. */
  card: Type.Object({
    source: Type.String({ maxLength: 500, description: 'Where it comes from' }),
    licence: Type.String({ maxLength: 200 }),
    trainedOn: Type.String({ maxLength: 1000 }),
    limits: Type.String({ maxLength: 1000 })
  })
})
export type Manifest = Static<typeof Manifest>
export type Calibration = NonNullable<Manifest['calibration']>

/** A model's folder is not what it has to be. */
export class ModelError extends Error {
  override name = 'ModelError'
}

/** @throws {ModelError} naming each field that is wrong */
export function checkedManifest(value: unknown, where: string): Manifest {
  const problems = [...Value.Errors(Manifest, value)].map((error) => `${error.instancePath || '/'} ${error.message}`)
  if (problems.length > 0) throw new ModelError(`${where} is not valid: ${problems.join('; ')}`)
  const manifest = value as Manifest
  const beyond = manifest.output.generated.find((index) => index >= manifest.output.classes.length)
  if (beyond !== undefined) throw new ModelError(`${where} is not valid: /output/generated names class ${beyond}, and there are ${manifest.output.classes.length}`)
  if (manifest.input.crop === 'center_crop' && (manifest.input.resizeTo ?? 0) < Math.max(manifest.input.width, manifest.input.height)) {
    throw new ModelError(`${where} is not valid: /input/resizeTo must be given for center_crop, and be no less than width and height`)
  }
  return manifest
}
