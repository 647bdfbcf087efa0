import fc from 'fast-check'
import { step } from './steps/arbitrary-steps.ts'
import type { Case, Step } from './steps/step.ts'

/** A generated step that can be shrunk. */
export type Shrinkable = fc.Value<Step>

const STEPS_MAX = 14

/** Generates steps together with what fast-check needs to shrink each of them. */
class WithContext extends fc.Arbitrary<Shrinkable> {
  generate(random: fc.Random, bias: number | undefined): fc.Value<Shrinkable> {
    return new fc.Value(step.generate(random, bias), undefined)
  }

  canShrinkWithoutContext(value: unknown): value is Shrinkable {
    return value instanceof fc.Value
  }

  shrink(): fc.Stream<fc.Value<Shrinkable>> {
    return fc.Stream.nil()
  }
}

const steps = fc.array(new WithContext(), { minLength: 1, maxLength: STEPS_MAX })

/** The case of a seed and a number. */
export function generateCase(seed: number, number: number): Shrinkable[] {
  const [found] = fc.sample(steps, { seed: seed * 100_000 + number, numRuns: 1 })
  return found!
}

export function stepsOf(generated: readonly Shrinkable[]): Case {
  return generated.map(({ value }) => value)
}

/** Smaller steps than this one, the smallest first. */
export function smallerSteps(generated: Shrinkable): Iterable<Shrinkable> {
  return step.shrink(generated.value, generated.context)
}
