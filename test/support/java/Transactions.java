import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes partition 0 of a topic by several producers, whose transactions overlap, and reads it as a
 * consumer that sees what was committed.
 *
 * Arguments: brokers, topic, input, output. A line of the input is a step of a producer: {"producer": 0,
 * "codec": "...", "step": "begin" | "send" | "commit" | "abort", "record": {...}}; each producer keeps the
 * codec of its first step, and one whose first step is "send" has no transactions. The output is a JSON
 * line for each record.
 */
public class Transactions {
  static final ObjectMapper JSON = new ObjectMapper();
  static final HexFormat HEX = HexFormat.of();

  public static void main(String[] args) throws Exception {
    write(args[0], args[1], Files.readAllLines(Path.of(args[2])));
    Files.writeString(Path.of(args[3]), read(args[0], args[1]));
  }

  static void write(String brokers, String topic, List<String> lines) throws Exception {
    Map<Integer, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();
    for (String line : lines) {
      JsonNode task = JSON.readTree(line);
      var producer = producers.computeIfAbsent(task.get("producer").asInt(), id -> open(brokers, topic, id, task));
      switch (task.get("step").asText()) {
        case "begin" -> producer.beginTransaction();
        case "commit" -> producer.commitTransaction();
        case "abort" -> {
          producer.flush();
          producer.abortTransaction();
        }
        default -> {
          producer.send(recordOf(topic, task.get("record")));
          if (task.get("isLast").asBoolean()) producer.flush();
        }
      }
    }
    for (var producer : producers.values()) producer.close();
  }

  static KafkaProducer<byte[], byte[]> open(String brokers, String topic, int id, JsonNode task) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", brokers);
    config.put("compression.type", task.get("codec").asText());
    config.put("linger.ms", 1000);
    if (task.get("step").asText().equals("begin")) config.put("transactional.id", topic + "-" + id);
    var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    if (config.containsKey("transactional.id")) producer.initTransactions();
    return producer;
  }

  static ProducerRecord<byte[], byte[]> recordOf(String topic, JsonNode record) {
    var made = new ProducerRecord<>(topic, 0, record.get("timestamp").asLong(),
        bytesOf(record.get("key")), bytesOf(record.get("value")));
    for (JsonNode header : record.get("headers")) {
      made.headers().add(new RecordHeader(header.get(0).asText(), bytesOf(header.get(1))));
    }
    return made;
  }

  static String read(String brokers, String topic) throws Exception {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", brokers);
    config.put("isolation.level", "read_committed");
    StringBuilder out = new StringBuilder();
    var partition = new TopicPartition(topic, 0);
    try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          out.append(JSON.writeValueAsString(json(record))).append('\n');
        }
      }
    }
    return out.toString();
  }

  static ObjectNode json(ConsumerRecord<byte[], byte[]> record) {
    ObjectNode read = JSON.createObjectNode();
    read.put("offset", record.offset()).put("timestamp", record.timestamp());
    read.put("key", hex(record.key())).put("value", hex(record.value()));
    ArrayNode headers = read.putArray("headers");
    for (Header header : record.headers()) headers.addArray().add(header.key()).add(hex(header.value()));
    return read;
  }

  static byte[] bytesOf(JsonNode hex) {
    return hex.isNull() ? null : HEX.parseHex(hex.asText());
  }

  static String hex(byte[] bytes) {
    return bytes == null ? null : HEX.formatHex(bytes);
  }
}
