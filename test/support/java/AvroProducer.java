import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes Avro records with Kafka's own client, its default partitioner and no headers, in
 * Confluent's frame, and prints the partition of each.
 *
 * Arguments: brokers, topic, file. A line of the file is: key, schema id, Avro in hex.
 */
public class AvroProducer {
  public static void main(String[] args) throws Exception {
    Map<String, Object> config = Map.of("bootstrap.servers", args[0], "enable.idempotence", true);
    StringSerializer keys = new StringSerializer();
    try (var producer = new KafkaProducer<>(config, keys, new ByteArraySerializer())) {
      for (String line : Files.readAllLines(Path.of(args[2]))) {
        String[] parts = line.split(" ");
        byte[] value = framed(Integer.parseInt(parts[1]), HexFormat.of().parseHex(parts[2]));
        var sent = producer.send(new ProducerRecord<>(args[1], parts[0], value)).get();
        System.out.println(sent.partition());
      }
    }
  }

  static byte[] framed(int schemaId, byte[] avro) {
    return ByteBuffer.allocate(5 + avro.length).put((byte) 0).putInt(schemaId).put(avro).array();
  }
}
