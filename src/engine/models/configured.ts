import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readModels, type Model } from './folder.ts'
import { loadRuntime } from './network.ts'

/** Where `npm run model -- add` puts models, and where they are looked for when nothing is configured. */
export const modelsFolder = (dataDir: string) => join(dataDir, 'models')

/**
 * The models that are to be used. Without any the runtime is not asked for.
 *
 * @param modelPath as configured; undefined for the folder in `dataDir`, which need not be there
 * @throws {ModelError} where a model is not what it has to be, or where the runtime is missing: whoever names a model wants it to be
 *   asked, so the service does not start without it
 */
export async function openModels({ modelPath, dataDir }: { modelPath: string | undefined; dataDir: string }): Promise<readonly Model[]> {
  const path = modelPath ?? ((await isFolder(modelsFolder(dataDir))) ? modelsFolder(dataDir) : undefined)
  const models = path === undefined ? [] : await readModels(path)
  if (models.length > 0) await loadRuntime()
  return models
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((stats) => stats.isDirectory(), () => false)
}
