import { move } from 'piscina'
import type { ReportContent } from './content.ts'
import { drawReport } from './layout/document.ts'
import type { ReportPicture } from './pictures.ts'

/** What a thread is given to draw. */
export interface Drawing {
  content: ReportContent
  pictures: ReportPicture[]
}

export default async function draw({ content, pictures }: Drawing) {
  return move(await drawReport(content, pictures))
}
