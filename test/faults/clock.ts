/**
 * Preloaded into a process of the service (`NODE_OPTIONS=--import=…`): its clock steps back by an hour at SIGUSR2. Only
 * what reads the time of day is affected, as by a real step; timers and `performance.now()` go on.
 */
const STEP_MS = 3_600_000
const RealDate = globalThis.Date
let stepMs = 0

const now = () => RealDate.now() - stepMs

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: [], newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver))
})
process.on('SIGUSR2', () => (stepMs = STEP_MS))
