import { number } from '../format.ts'

export const viewer = {
  title: 'The picture and its evidence',
  picture: 'The picture',
  frame: 'A frame of the video',
  keys: 'Plus and minus enlarge, the arrow keys move it, 0 shows the whole',
  hint: 'Click into the picture: then the wheel enlarges it. Drag to move it.',
  zoom: 'Size',
  zoomIn: 'Enlarge',
  zoomOut: 'Make smaller',
  whole: 'Whole',
  scale: (factor: number) => `${number(factor, 1)}×`,
  layer: 'Evidence',
  none: 'None: the picture alone',
  pictureAlone: 'Choose a layer to see where something was measured.',
  show: 'Layer',
  opacity: 'Opacity',
  beside: 'Side by side',
  outlines: 'Outlines',
  wide: 'Wide',
  missing: 'This browser can’t show the picture.',
  marked: 'Marked: what the measurement points at',
  ramp: 'Dark to bright: little to much of what was measured',
  contextOnly: 'To look at: this picture alone does not move the verdict.'
}
