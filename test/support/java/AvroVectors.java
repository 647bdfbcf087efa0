import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Writes and reads records with Apache Avro for Java, for comparing with our own codec.
 *
 * Input and output are JSON lines: {"schema": text, "fields": {...}} is written to {"hex": "..."},
 * {"schema": text, "hex": "..."} is read to {"fields": {...}}. In `fields` a time is a decimal string of
 * microseconds, a missing optional is left out, a JSON value is itself.
 */
public class AvroVectors {
  static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] args) throws Exception {
    StringBuilder out = new StringBuilder();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      JsonNode task = JSON.readTree(line);
      Schema schema = new Schema.Parser().parse(task.get("schema").asText());
      ObjectNode answer = JSON.createObjectNode();
      if (task.has("hex")) answer.set("fields", read(schema, task.get("hex").asText()));
      else answer.put("hex", write(schema, task.get("fields")));
      out.append(JSON.writeValueAsString(answer)).append('\n');
    }
    Files.writeString(Path.of(args[1]), out);
  }

  static String write(Schema schema, JsonNode fields) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<Object>(schema).write(toAvro(schema, fields), encoder);
    encoder.flush();
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  static JsonNode read(Schema schema, String hex) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(hex);
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
    Object value = new GenericDatumReader<Object>(schema).read(null, decoder);
    if (!decoder.isEnd()) throw new IllegalStateException("bytes left over");
    return toJson(schema, value);
  }

  static Object toAvro(Schema schema, JsonNode json) {
    switch (schema.getType()) {
      case RECORD:
        GenericRecord record = new GenericData.Record(schema);
        if (isJsonValue(schema)) {
          record.put("value", toJsonBranch(schema.getField("value").schema(), json));
          return record;
        }
        for (Schema.Field field : schema.getFields()) {
          record.put(field.name(), toAvro(field.schema(), json.get(field.name())));
        }
        return record;
      case UNION:
        return json == null ? null : toAvro(schema.getTypes().get(1), json);
      case ARRAY:
        List<Object> items = new ArrayList<>();
        json.forEach(item -> items.add(toAvro(schema.getElementType(), item)));
        return items;
      case MAP:
        Map<String, Object> map = new LinkedHashMap<>();
        json.fields().forEachRemaining(e -> map.put(e.getKey(), toAvro(schema.getValueType(), e.getValue())));
        return map;
      case ENUM:
        return new GenericData.EnumSymbol(schema, json.asText());
      case LONG:
        return Long.parseLong(json.asText());
      case DOUBLE:
        return json.asDouble();
      case STRING:
        return json.asText();
      default:
        throw new IllegalStateException("unexpected schema " + schema);
    }
  }

  /** The union of a JSON value: null, boolean, double, string, array, map. */
  static Object toJsonBranch(Schema union, JsonNode json) {
    if (json.isNull()) return null;
    if (json.isBoolean()) return json.booleanValue();
    if (json.isNumber()) return json.asDouble();
    if (json.isTextual()) return json.asText();
    return toAvro(union.getTypes().get(json.isArray() ? 4 : 5), json);
  }

  static JsonNode toJson(Schema schema, Object value) {
    switch (schema.getType()) {
      case RECORD:
        GenericRecord record = (GenericRecord) value;
        if (isJsonValue(schema)) return fromJsonBranch(schema.getField("value").schema(), record.get("value"));
        ObjectNode object = JSON.createObjectNode();
        for (Schema.Field field : schema.getFields()) {
          Object held = record.get(field.name());
          if (held != null) object.set(field.name(), toJson(field.schema(), held));
        }
        return object;
      case UNION:
        return toJson(schema.getTypes().get(1), value);
      case ARRAY:
        ArrayNode array = JSON.createArrayNode();
        for (Object item : (List<?>) value) array.add(toJson(schema.getElementType(), item));
        return array;
      case MAP:
        ObjectNode map = JSON.createObjectNode();
        ((Map<?, ?>) value).forEach((key, held) -> map.set(key.toString(), toJson(schema.getValueType(), held)));
        return map;
      case DOUBLE:
        return JSON.getNodeFactory().numberNode((Double) value);
      default:
        return JSON.getNodeFactory().textNode(value.toString());
    }
  }

  static JsonNode fromJsonBranch(Schema union, Object value) {
    if (value == null) return JSON.nullNode();
    if (value instanceof Boolean) return JSON.getNodeFactory().booleanNode((Boolean) value);
    if (value instanceof Double) return JSON.getNodeFactory().numberNode((Double) value);
    if (value instanceof List) return toJson(union.getTypes().get(4), value);
    if (value instanceof Map) return toJson(union.getTypes().get(5), value);
    return JSON.getNodeFactory().textNode(value.toString());
  }

  static boolean isJsonValue(Schema schema) {
    return schema.getFullName().equals("inventory_events.JsonValue");
  }
}
