import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetentionResult;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Writes record batches as Kafka's own producer and log cleaner do, and reads them as its consumer does.
 *
 * Input and output are JSON lines. {"batches": [...], "removed": [offsets], "cut": bytes} is written,
 * without the records that compaction has removed and without that many bytes at its end; {"hex": "..."}
 * is taken as it is. Both are answered by {"hex": "...", "batches": [...]}: the bytes and what was read.
 */
public class Batches {
  static final ObjectMapper JSON = new ObjectMapper();
  static final HexFormat HEX = HexFormat.of();
  static final short EPOCH = 3;

  public static void main(String[] args) throws Exception {
    StringBuilder out = new StringBuilder();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      JsonNode task = JSON.readTree(line);
      byte[] bytes = task.has("hex") ? HEX.parseHex(task.get("hex").asText()) : written(task);
      ObjectNode answer = JSON.createObjectNode().put("hex", HEX.formatHex(bytes));
      answer.set("batches", read(bytes));
      out.append(JSON.writeValueAsString(answer)).append('\n');
    }
    Files.writeString(Path.of(args[1]), out);
  }

  static byte[] written(JsonNode task) {
    ByteBuffer all = ByteBuffer.allocate(1 << 22);
    for (JsonNode batch : task.get("batches")) all.put(batchOf(batch).buffer());
    ByteBuffer kept = compacted(MemoryRecords.readableRecords(all.flip()), task.get("removed"));
    byte[] bytes = new byte[Math.max(0, kept.remaining() - task.get("cut").asInt())];
    kept.get(bytes);
    return bytes;
  }

  static MemoryRecords batchOf(JsonNode batch) {
    boolean hasAppendTime = batch.get("appendTime").asLong() >= 0;
    long producerId = batch.get("producerId").asLong();
    var builder = MemoryRecords.builder(
        ByteBuffer.allocate(1 << 20),
        RecordBatch.CURRENT_MAGIC_VALUE,
        Compression.of(CompressionType.forName(batch.get("codec").asText())).build(),
        hasAppendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
        batch.get("baseOffset").asLong(),
        hasAppendTime ? batch.get("appendTime").asLong() : RecordBatch.NO_TIMESTAMP,
        producerId,
        producerId < 0 ? RecordBatch.NO_PRODUCER_EPOCH : EPOCH,
        producerId < 0 ? RecordBatch.NO_SEQUENCE : 0,
        producerId >= 0 && batch.get("isTransactional").asBoolean(),
        false,
        7);
    for (JsonNode record : batch.get("records")) {
      builder.append(record.get("timestamp").asLong(), bytesOf(record.get("key")),
          bytesOf(record.get("value")), headersOf(record.get("headers")));
    }
    return builder.build();
  }

  static Header[] headersOf(JsonNode headers) {
    Header[] all = new Header[headers.size()];
    for (int i = 0; i < all.length; i++) {
      JsonNode header = headers.get(i);
      all[i] = new RecordHeader(ByteBuffer.wrap(header.get(0).asText().getBytes(StandardCharsets.UTF_8)), bytesOf(header.get(1)));
    }
    return all;
  }

  /** As the log cleaner does, which keeps an empty batch where it is the last one of its producer. */
  static ByteBuffer compacted(MemoryRecords records, JsonNode removed) {
    Set<Long> gone = new HashSet<>();
    removed.forEach(offset -> gone.add(offset.asLong()));
    if (gone.isEmpty()) return records.buffer();
    var filter = new RecordFilter(0, 0) {
      @Override
      protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
        return new BatchRetentionResult(
            batch.hasProducerId() ? BatchRetention.RETAIN_EMPTY : BatchRetention.DELETE_EMPTY, false);
      }

      @Override
      protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
        return !gone.contains(record.offset());
      }
    };
    ByteBuffer kept = ByteBuffer.allocate(1 << 22);
    return records.filterTo(filter, kept, BufferSupplier.NO_CACHING).outputBuffer().flip();
  }

  static ArrayNode read(byte[] bytes) {
    ArrayNode batches = JSON.createArrayNode();
    for (MutableRecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches()) {
      batch.ensureValid();
      ObjectNode read = batches.addObject().put("lastOffset", batch.lastOffset());
      read.put("isTransactional", batch.isTransactional()).put("producerId", batch.producerId());
      ArrayNode records = read.putArray("records");
      for (Record record : batch) add(records.addObject(), record);
    }
    return batches;
  }

  static void add(ObjectNode read, Record record) {
    read.put("offset", record.offset()).put("timestamp", record.timestamp());
    read.put("key", hex(record.key())).put("value", hex(record.value()));
    ArrayNode headers = read.putArray("headers");
    for (Header header : record.headers()) {
      byte[] value = header.value();
      headers.addArray().add(header.key()).add(value == null ? null : HEX.formatHex(value));
    }
  }

  static ByteBuffer bytesOf(JsonNode hex) {
    return hex.isNull() ? null : ByteBuffer.wrap(HEX.parseHex(hex.asText()));
  }

  static String hex(ByteBuffer bytes) {
    if (bytes == null) return null;
    byte[] all = new byte[bytes.remaining()];
    bytes.duplicate().get(all);
    return HEX.formatHex(all);
  }
}
