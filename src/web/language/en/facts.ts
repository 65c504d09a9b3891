import { plural } from '../format.ts'

export const facts = {
  title: 'The file',
  fileName: 'Name',
  type: 'Type, from its bytes',
  size: 'Size',
  dimensions: 'Dimensions',
  pixels: (width: string, height: string) => `${width} × ${height} pixels`,
  video: 'Video',
  frameRate: (rate: string) => `${rate} frames a second`,
  sound: 'Sound',
  noSound: 'None',
  channels: (channels: number) => plural(channels, { one: '1 channel', other: `${channels} channels` }),
  sampleRate: (rate: string) => `${rate} Hz`,
  received: 'Received',
  examined: 'Examined',
  engine: 'Engine',
  note: 'Note',
  cached: 'Answered from the earlier result for an identical file'
}
