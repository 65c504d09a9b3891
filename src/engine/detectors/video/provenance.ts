import { readCredentials } from '../../credentials/read.ts'
import { findings, type VideoDetector } from '../../detector.ts'
import { credentialFindings } from '../contentCredentials.ts'
import { declaredSource } from '../digitalSourceType.ts'
import { generatorSignals } from '../generatorTraces.ts'

/*
 * The detectors of what a file says about itself take videos as they take pictures, under the same names.
 */

/** Content Credentials (C2PA) in MP4 and QuickTime: the signed history of the video's making, verified. */
export const videoCredentials: VideoDetector = {
  id: 'content_credentials',
  kind: 'video',
  async detect({ bytes, mediaType, decoded }, { trustList }) {
    const isDamaged = decoded.problem === 'broken' || decoded.problem === 'crashed'
    return credentialFindings(await readCredentials(bytes, mediaType, trustList), isDamaged)
  }
}

/** Settings, prompts and names that generators write into MP4 atoms, QuickTime keys and Matroska tags. */
export const videoGeneratorTraces: VideoDetector = {
  id: 'generator_traces',
  kind: 'video',
  async detect({ metadata }) {
    return findings({ signals: generatorSignals(metadata) })
  }
}

/** What the video is declared to be in XMP. */
export const videoSourceType: VideoDetector = {
  id: 'digital_source_type',
  kind: 'video',
  async detect({ metadata }) {
    return findings({ signals: declaredSource(metadata) })
  }
}
