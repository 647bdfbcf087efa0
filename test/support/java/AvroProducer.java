import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes Avro records with Kafka's own client, its default partitioner and no headers, in
 * Confluent's frame, and prints the partition of each.
 *
 * Arguments: brokers, topic, file, producer settings as name=value. A line of the file is: key,
 * schema id, Avro in hex. All are sent before any is waited for, so they travel in batches.
 */
public class AvroProducer {
  public static void main(String[] args) throws Exception {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", args[0]);
    for (String setting : List.of(args).subList(3, args.length)) {
      String[] parts = setting.split("=", 2);
      config.put(parts[0], parts[1]);
    }
    StringSerializer keys = new StringSerializer();
    try (var producer = new KafkaProducer<>(config, keys, new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String line : Files.readAllLines(Path.of(args[2]))) {
        String[] parts = line.split(" ");
        byte[] value = framed(Integer.parseInt(parts[1]), HexFormat.of().parseHex(parts[2]));
        sent.add(producer.send(new ProducerRecord<>(args[1], parts[0], value)));
      }
      for (var each : sent) System.out.println(each.get().partition());
    }
  }

  static byte[] framed(int schemaId, byte[] avro) {
    return ByteBuffer.allocate(5 + avro.length).put((byte) 0).putInt(schemaId).put(avro).array();
  }
}
