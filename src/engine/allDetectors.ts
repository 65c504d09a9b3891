import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Detector } from './detector.ts'
import { detectors } from './detectors/index.ts'
import type { ThreadSettings } from './threadMessages.ts'

/** The engine's own detectors, the models', and those of a further module. */
export async function allDetectors(settings: ThreadSettings): Promise<Detector[]> {
  const [models, further] = await Promise.all([modelDetectors(settings), furtherDetectors(settings)])
  return [...detectors, ...models, ...further]
}

async function modelDetectors({ models }: ThreadSettings): Promise<Detector[]> {
  if (models.length === 0) return []
  const { modelDetector } = await import('./models/modelDetector.ts')
  return models.map(modelDetector)
}

async function furtherDetectors({ detectors: path }: ThreadSettings): Promise<Detector[]> {
  if (path === undefined) return []
  const module = (await import(pathToFileURL(resolve(path)).href)) as { default: Detector[] }
  return module.default
}
