"""Writes one event as Confluent's Python client does, and prints the partition it went to.

Standard input is a JSON object: brokers, registry, topic, schema (text), key, event. In the event,
times are RFC 3339 and JSON values are plain; here they become what the schema asks for.
"""

import json
import sys
from datetime import datetime

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, topic_record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, StringSerializer


def to_avro(event, _):
    fields = dict(event, time=datetime.fromisoformat(event["time"].replace("Z", "+00:00")))
    entity = dict(fields["entity"])
    entity["attributes"] = {name: json_value(value) for name, value in entity["attributes"].items()}
    return dict(fields, entity=entity)


def json_value(value):
    """The contract's JsonValue: a record around the value, at every depth; numbers are doubles."""
    if isinstance(value, dict):
        return {"value": {name: json_value(each) for name, each in value.items()}}
    if isinstance(value, list):
        return {"value": [json_value(each) for each in value]}
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {"value": float(value) if is_number else value}


def main():
    task = json.load(sys.stdin)
    topic = task["topic"]
    registry = SchemaRegistryClient({"url": task["registry"]})
    serializer = AvroSerializer(
        registry,
        task["schema"],
        to_avro,
        {
            "auto.register.schemas": False,
            "subject.name.strategy": topic_record_subject_name_strategy,
        },
    )
    producer = Producer(
        {
            "bootstrap.servers": task["brokers"],
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
        }
    )
    delivered = []
    producer.produce(
        topic,
        key=StringSerializer()(task["key"]),
        value=serializer(task["event"], SerializationContext(topic, MessageField.VALUE)),
        on_delivery=lambda error, record: delivered.append((error, record)),
    )
    producer.flush(30)
    [(error, record)] = delivered
    if error is not None:
        sys.exit(str(error))
    print(record.partition())


main()
