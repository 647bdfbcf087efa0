import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic with Kafka's own client, decodes every record and compares its name with those that
 * plugins want; prints measurements as a line of JSON.
 */
public class FilteringReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FRAME_BYTES = 5;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, GenericDatumReader<GenericRecord>> readers = new HashMap<>();
  private final String registryUrl;
  private BinaryDecoder decoder;
  private GenericRecord reused;

  private FilteringReader(String registryUrl) {
    this.registryUrl = registryUrl;
  }

  public static void main(String[] args) throws Exception {
    long records = Long.parseLong(args[3]);
    String[] wanted = args[5].split(",");
    var reader = new FilteringReader(args[4]);
    var meter = new Meter();
    long count = 0;
    long matches = 0;
    try (var consumer = new KafkaConsumer<byte[], byte[]>(settings(args[0], args[2]))) {
      consumer.subscribe(List.of(args[1]));
      while (count < records) {
        var polled = consumer.poll(Duration.ofSeconds(1));
        if (!polled.isEmpty()) meter.begin();
        for (var record : polled) {
          String found = reader.nameOf(record.value());
          for (String name : wanted) if (name.equals(found)) matches++;
        }
        count += polled.count();
      }
      meter.end();
    }
    System.out.println(meter.sample(records, matches));
    System.exit(0);
  }

  private String nameOf(byte[] value) throws IOException, InterruptedException {
    int id = ByteBuffer.wrap(value).getInt(1);
    var reader = readers.get(id);
    if (reader == null) {
      reader = new GenericDatumReader<>(schemaOf(id));
      readers.put(id, reader);
    }
    decoder = DecoderFactory.get()
        .binaryDecoder(value, FRAME_BYTES, value.length - FRAME_BYTES, decoder);
    reused = reader.read(reused, decoder);
    Object kind = reused.hasField("kind") ? reused.get("kind") : null;
    return kind == null ? reused.getSchema().getFullName() : kind.toString();
  }

  private Schema schemaOf(int id) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(registryUrl + "/schemas/ids/" + id)).build();
    var body = http.send(request, BodyHandlers.ofString()).body();
    return new Schema.Parser().parse(JSON.readTree(body).get("schema").asText());
  }

  private static Properties settings(String brokers, String groupId) {
    var settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("group.id", groupId);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    settings.put("max.poll.records", "5000");
    settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
    settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
    return settings;
  }
}
