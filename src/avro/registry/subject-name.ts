/** TopicRecordNameStrategy: one registry subject per topic and record name, so a topic can hold many kinds. */
export function subjectName(topic: string, fullName: string): string {
  return `${topic}-${fullName}`
}
