import type { Sharp } from 'sharp'
import type { Orientation } from '../image.ts'

/** EXIF's word for how a film's frames are turned clockwise for display. */
export function orientationOf(rotation: number): Orientation {
  return rotation === 90 ? 6 : rotation === 180 ? 3 : rotation === 270 ? 8 : 1
}

/** Turns a frame as it is displayed. */
export function orient(frame: Sharp, orientation: Orientation): Sharp {
  const angle = orientation === 6 ? 90 : orientation === 3 ? 180 : orientation === 8 ? 270 : 0
  return angle === 0 ? frame : frame.rotate(angle)
}
