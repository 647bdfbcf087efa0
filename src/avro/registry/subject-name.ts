/** TopicRecordNameStrategy: one subject for each topic and record, so a topic holds many kinds. */
export function subjectName(topic: string, fullName: string): string {
  return `${topic}-${fullName}`
}
