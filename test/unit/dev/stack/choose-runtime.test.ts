import { describe, expect, it } from 'vitest'
import { chooseRuntime } from '../../../../src/dev/stack/choose-runtime.ts'
import { javaMajor, type Probes } from '../../../../src/dev/stack/probes.ts'

function probes(
  docker: string | undefined,
  maven: string | undefined,
): Probes & { asked: string[] } {
  const asked: string[] = []
  const answer = (name: string, why: string | undefined) => async () => {
    asked.push(name)
    return why
  }
  return { asked, docker: answer('docker', docker), maven: answer('maven', maven) }
}

describe('choosing the runtime of the stack', () => {
  it('uses Docker if its engine responds, without probing Maven', async () => {
    const machine = probes(undefined, 'no Java')
    expect(await chooseRuntime(machine)).toBe('docker')
    expect(machine.asked).toEqual(['docker'])
  })

  it('uses Maven if Docker does not respond', async () => {
    expect(await chooseRuntime(probes('its engine does not answer', undefined))).toBe('maven')
  })

  it('lists all three options, and why each is unavailable', async () => {
    const refusal = chooseRuntime(probes('no engine here', '"mvn" is not on the PATH'))
    await expect(refusal).rejects.toMatchObject({ code: 'STACK_UNAVAILABLE' })
    await expect(refusal).rejects.toThrow(
      /KAFKA_BROKERS and SCHEMA_REGISTRY_URL.*Docker \(no engine here\).*Java 17.*Maven \("mvn" is not on the PATH\)/s,
    )
  })
})

describe('the version of Java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['something else', 0],
  ])('%s is %i', (output, major) => {
    expect(javaMajor(output)).toBe(major)
  })
})
