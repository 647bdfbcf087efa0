import { InventoryEventsError } from '../../../util/errors.ts'

/** A pom that only declares the artifacts as dependencies. */
export function pomFor(name: string, artifacts: string[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local.inventory-events</groupId>
  <artifactId>${name}</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${artifacts.map(dependency).join('\n')}
  </dependencies>
</project>
`
}

function dependency(artifact: string): string {
  const [group, id, version, type = 'jar', classifier] = artifact.split(':')
  if (!/^[\w.:-]+$/.test(artifact) || !group || !id || !version) {
    throw new InventoryEventsError(
      'STACK_UNAVAILABLE',
      `artifact "${artifact}": expected group:artifact:version[:type[:classifier]]`,
    )
  }
  return [
    '    <dependency>',
    `      <groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version>`,
    `      <type>${type}</type>`,
    ...(classifier ? [`      <classifier>${classifier}</classifier>`] : []),
    ...(type === 'jar' ? [] : [WITHOUT_DEPENDENCIES]),
    '    </dependency>',
  ].join('\n')
}

/** An archive contains its dependencies; its pom would download them again. */
const WITHOUT_DEPENDENCIES =
  '      <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
